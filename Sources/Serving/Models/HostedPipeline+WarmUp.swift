import Dataflow
import Foundation
import Synchronization
import Vision

extension HostedPipeline {
  /// Runs an image of 16 × 16 pixels, or zeros, a few times, so that the first user's request does not pay
  /// the first run's costs: pools, tables, the code of the response. A pipeline that would fail for users
  /// fails here; but wrong numbers are accepted, since they depend on the input.
  ///
  /// - Throws: `WarmUpError`.
  func warmUp() async throws {
    isWarmingUp.store(true, ordering: .relaxed)
    defer { isWarmingUp.store(false, ordering: .relaxed) }
    do {
      for _ in 0..<3 {
        switch pipeline.signature {
        case .image: try await warmUpImage()
        case .tensors(let inputs, let outputs): try await warmUpTensors(inputs, outputs)
        }
      }
    } catch let error as OutputError where error.isOfNumbers {
      return
    } catch {
      throw WarmUpError(pipeline: name, reason: "\(error)")
    }
  }

  private func warmUpImage() async throws {
    guard let image = Data(base64Encoded: Self.image) else { return }
    let report = try await infer(image, named: "warm-up", Self.warmUpTerms)
    _ = InferenceReport.json(pipeline: name, items: [report])
  }

  /// Runs zeros, where the shapes determine their number.
  private func warmUpTensors(_ inputs: [TensorDescription], _ outputs: [TensorDescription]) async throws {
    guard let zeros = try Tensor.zeros(for: inputs, pipeline.limits) else { return }
    let tensors = try await infer(zeros, Self.warmUpTerms)
    let answers = zip(outputs, tensors).map {
      OutputTensor(name: $0.name, shape: $1.shape, contents: .tensor($1))
    }
    _ = InferenceResponse(
      model: name, version: version, id: nil,
      outputs: answers.map { answer in (answer, (try? answer.checkJSON()) == nil) }, attribution: nil
    ).json()
  }

  /// The warm-up may wait for others' requests, whatever the pipeline's own timeout.
  private static let warmUpTerms = RequestOptions(timeout: 60_000_000_000)

  /// A JPEG with subsampled colours, as photographs are.
  private static let image = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8\
    ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/\
    wAARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/xAAXEAADAQAAAAAAAAAAAAAAAAAAAwRh/8QAFAEBAAAAAAAAAAAA\
    AAAAAAAAAP/EABYRAAMAAAAAAAAAAAAAAAAAAAACBP/aAAwDAQACEQMRAD8AlpmwcmbBaZsGpmwKwmpP/9k=
    """
}

/// An error: a pipeline loads but doesn't work.
struct WarmUpError: Error, Equatable, CustomStringConvertible {
  let pipeline: String
  let reason: String

  var description: String { "pipeline '\(pipeline)' does not work: \(reason)" }
}
