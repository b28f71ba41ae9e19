/// Why a request gets no answer: the kind of reason, and the message that its client reads.
///
/// HTTP and gRPC each map the kinds to their own codes, in one place.
struct RequestFailure: Error, Equatable {
  enum Kind: Sendable, CaseIterable {
    /// The request is wrong.
    case invalid
    /// The request is well formed, and the model can't answer it.
    case unprocessable
    /// The body is of a type that nobody reads.
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
    /// Nobody wants the answer any more.
    case cancelled
    /// The server's own mistake.
    case `internal`
  }

  let kind: Kind
  let message: String
  /// Seconds after which it may be worth asking again.
  var retryAfter: Int?

  init(_ kind: Kind, _ message: String, retryAfter: Int? = nil) {
    self.kind = kind
    self.message = message
    self.retryAfter = retryAfter
  }

  /// What an error means to the client; one that doesn't say is the server's own mistake.
  init(_ error: any Error) {
    self = (error as? any RequestFailureConvertible)?.requestFailure ?? Self(.internal, "\(error)")
  }
}

/// An error that says what it means to the client.
protocol RequestFailureConvertible: Error {
  var requestFailure: RequestFailure { get }
}

extension RequestFailure: RequestFailureConvertible {
  var requestFailure: RequestFailure { self }
}
