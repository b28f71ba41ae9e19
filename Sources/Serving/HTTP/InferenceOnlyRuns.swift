import Dataflow
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Synchronization
import Vision

/// Measures a pipeline's network alone, which takes all cores for some seconds: one such request at a time.
final class InferenceOnlyRuns: Sendable {
  private let isRunning = Atomic<Bool>(false)

  /// `POST …/inference-only?seconds=2` with an image as the body.
  ///
  /// - Throws: `.invalid` for seconds out of range.
  func route(
    to reference: ModelReference, of models: ServedModels, _ request: HTTPRequest
  ) throws(RequestFailure) -> Route {
    let seconds = try Self.seconds(request.path ?? "")
    return .body { [self] body, reply in
      let pipeline = try models.find(reference)
      let image = try EncodedImage(Data(buffer: body), limits: pipeline.limits)
      guard
        isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
      else {
        throw RequestFailure(
          .conflict, "inference alone is being measured already; ask again when that is done")
      }
      // A thread of its own, since this blocks.
      Thread.detachNewThread {
        let result = Result {
          try InferenceOnly(pipeline.pipeline, plan: pipeline.plan).measure(image, seconds: seconds)
        }
        self.isRunning.store(false, ordering: .releasing)
        reply { UnwrittenResponse(ServerResponse(json: try result.get())) }
      }
      return Uncancellable()
    }
  }

  private static func seconds(_ path: String) throws(RequestFailure) -> Double {
    guard let query = path.split(separator: "?", maxSplits: 1).dropFirst().first else { return 2 }
    let allowed = InferenceOnly.allowedSeconds
    guard query.hasPrefix("seconds="), let seconds = Double(query.dropFirst("seconds=".count)),
      allowed.contains(seconds)
    else {
      throw RequestFailure(
        .invalid, "'\(query)' must be seconds=S from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return seconds
  }
}
