import Basics
import Dataflow
import Planning

/// What became of one request for inference: for metrics, statistics, spans and the dashboard.
struct RequestRecord: Sendable {
  enum Outcome: String, Sendable, CaseIterable {
    /// Answered.
    case ok
    /// The client's mistake, such as an image that can't be read.
    case invalid
    /// Not accepted: the queue is full, the wait would be too long, or the server is shutting down.
    case refused
    /// Accepted, but its time was over before work on it began.
    case expired
    /// The client went away.
    case cancelled
    /// Our mistake.
    case failed
  }

  /// One image, or one set of tensors, of the request.
  struct Part: Sendable {
    /// Of the body.
    let bytes: Int
    /// Of the image as displayed.
    var pixels: Int?
    /// What the network is asked: 1 for an image, the batch for tensors.
    var inferences = 1
    /// Where its time went, if it was worked on.
    var attribution: Attribution?
  }

  let model: String
  let version: Int
  let outcome: Outcome
  /// When its last byte was here, and when its answer was ready.
  let arrival, completion: Nanoseconds
  let parts: [Part]
  /// What traces know it by, if it belongs to one.
  var span: RequestSpan?
}
