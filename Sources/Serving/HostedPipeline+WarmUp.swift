import Dataflow
import Foundation
import Vision

extension HostedPipeline {
  /// Answers an image of 16 × 16 pixels a few times, so that the first user's request does not pay for what the
  /// first one costs: pools, tables, the code of the answer. It also fails here if it would fail for users.
  ///
  /// - Throws: `WarmUpError`.
  func warmUp() async throws {
    guard let image = Data(base64Encoded: Self.image) else { return }
    do {
      for _ in 0..<3 {
        let report = try await infer(image, named: "warm-up").report
        _ = try JSONEncoder().encode(report)
      }
    } catch {
      throw WarmUpError(pipeline: name, reason: "\(error)")
    }
  }

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
