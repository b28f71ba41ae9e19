import Basics
import Dataflow

/// What became of one request for inference: for metrics, statistics, spans and the dashboard.
public struct RequestRecord: Sendable {
  /// How the request ended.
  public enum Outcome: String, Sendable, CaseIterable {
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
  public struct Part: Sendable {
    /// Of the body.
    public let bytes: Int
    /// Of the image as displayed.
    public internal(set) var pixels: Int?
    /// What the network is asked: 1 for an image, the batch for tensors.
    public internal(set) var inferences = 1
    /// Where its time went, if it was worked on.
    public internal(set) var attribution: Attribution?
  }

  public let model: String
  public let version: Int
  public let outcome: Outcome
  /// When its last byte was here, and when its answer was ready.
  public let arrival, completion: Nanoseconds
  public let parts: [Part]
  /// What traces know it by, if it belongs to one.
  var span: RequestSpan?
}

extension RequestRecord.Outcome {
  /// What a failure means for those who count outcomes.
  init(_ kind: RequestFailure.Kind) {
    switch kind {
    case .cancelled: self = .cancelled
    case .expired: self = .expired
    case .overloaded, .unavailable: self = .refused
    case .outOfMemory, .internal: self = .failed
    case .invalid, .unprocessable, .unsupportedType, .tooLarge, .tooSlow, .unauthenticated, .notFound,
      .conflict:
      self = .invalid
    }
  }

  init(_ error: any Error) { self.init(RequestFailure(error).kind) }
}
