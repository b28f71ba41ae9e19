import Dataflow
import Foundation
import Synchronization
import Vision

extension HostedPipeline {
  /// Answers an image of 16 × 16 pixels, or zeros, a few times, so that the first user's request does not pay
  /// for what the first one costs: pools, tables, the code of the answer. It also fails here if it would fail
  /// for users; that numbers are not finite says nothing of what users will send.
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
    } catch is ScoresNotFinite {
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

  /// Where the shapes say what zeros are.
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

  /// It may have to wait for others' requests, whatever time the pipeline's own have.
  private static let warmUpTerms = RequestOptions(timeout: 60_000_000_000)

  /// A JPEG with subsampled colours, as photographs are.
  private static let image = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8\
    ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/\
    wAARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/xAAXEAADAQAAAAAAAAAAAAAAAAAAAwRh/8QAFAEBAAAAAAAAAAAA\
    AAAAAAAAAP/EABYRAAMAAAAAAAAAAAAAAAAAAAACBP/aAAwDAQACEQMRAD8AlpmwcmbBaZsGpmwKwmpP/9k=
    """
}

/// A pipeline loads but doesn't work.
struct WarmUpError: Error, Equatable, CustomStringConvertible {
  let pipeline: String
  let reason: String

  var description: String { "pipeline '\(pipeline)' does not work: \(reason)" }
}
