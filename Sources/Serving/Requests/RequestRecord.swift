import Basics
import Dataflow

/// The outcome of one inference request, for metrics, statistics, spans and the dashboard.
public struct RequestRecord: Sendable {
  /// The outcome of a request.
  public enum Outcome: String, Sendable, CaseIterable {
    /// Succeeded.
    case ok
    /// The client's mistake, such as an image that can't be read.
    case invalid
    /// Not accepted: the queue is full, the wait would be too long, or the server is shutting down.
    case refused
    /// Accepted, but its time was over before work on it began.
    case expired
    /// The client went away.
    case cancelled
    /// The server's own error.
    case failed
  }

  /// One image, or one set of tensors, of the request.
  public struct Part: Sendable {
    /// Bytes of the body.
    public let bytes: Int
    /// Pixels of the image as displayed.
    public internal(set) var pixels: Int?
    /// The number of inferences: 1 for an image, the batch for tensors.
    public internal(set) var inferences = 1
    /// The attribution of its time, if it was processed.
    public internal(set) var attribution: Attribution?
  }

  public let model: String
  public let version: Int
  public let outcome: Outcome
  /// The times at which its last byte was here and its response was ready, nanoseconds.
  public let arrival, completion: Nanoseconds
  public let parts: [Part]
  /// The span of the request, if it belongs to a trace.
  var span: RequestSpan?
}

extension RequestRecord.Outcome {
  /// The outcome for a kind of failure.
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
