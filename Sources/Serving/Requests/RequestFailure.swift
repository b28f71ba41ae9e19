/// The failure of a request: its kind, and the message for its client.
///
/// HTTP and gRPC each map the kinds to their own codes, in one place.
struct RequestFailure: Error, Equatable {
  enum Kind: Sendable, CaseIterable {
    /// The request is invalid.
    case invalid
    /// The request is well formed, and the model can't process it.
    case unprocessable
    /// The body is of an unsupported type.
    case unsupportedType
    case tooLarge
    /// The body takes too long.
    case tooSlow
    case unauthenticated
    case notFound
    /// Another request prevents this one.
    case conflict
    /// The admission control refuses the request.
    case overloaded
    /// The server has no room for the request, or is shutting down.
    case unavailable
    case outOfMemory
    /// The request's time was over before its turn came.
    case expired
    /// The response is no longer wanted.
    case cancelled
    /// The server's own error.
    case `internal`
  }

  let kind: Kind
  let message: String
  /// Seconds after which a retry may succeed.
  var retryAfter: Int?

  init(_ kind: Kind, _ message: String, retryAfter: Int? = nil) {
    self.kind = kind
    self.message = message
    self.retryAfter = retryAfter
  }

  /// The failure for an error; by default, the server's own.
  init(_ error: any Error) {
    self = (error as? any RequestFailureConvertible)?.requestFailure ?? Self(.internal, "\(error)")
  }
}

/// An error with a failure of its own for the client.
protocol RequestFailureConvertible: Error {
  var requestFailure: RequestFailure { get }
}

extension RequestFailure: RequestFailureConvertible {
  var requestFailure: RequestFailure { self }
}
