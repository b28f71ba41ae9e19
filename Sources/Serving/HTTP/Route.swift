import HTTPTypes
import NIOCore

/// The handling of a request, chosen as soon as its head is known.
enum Route: Sendable {
  /// Responds at once; a body is discarded.
  case answer(ServerResponse)
  /// Responds from the body once that is here; or refuses it before, if it is too large or too slow, or there
  /// is no room for it.
  case body(refused: @Sendable (RequestFailure) -> Void = { _ in }, Use)

  /// Takes a complete body and starts to work on it, without waiting: small ones and images on the
  /// connection's thread, others, which are read from beginning to end, elsewhere.
  ///
  /// The second argument is called once, from any thread, with a closure that makes the response. The closure
  /// runs on the connection's thread: workers need not wait for the writing of a response. A client that
  /// leaves cancels the item.
  typealias Use = @Sendable (ByteBuffer, @escaping Reply) throws -> any Cancellable
  typealias Reply = @Sendable (@escaping MakeResponse) -> Void
  typealias MakeResponse = @Sendable () throws -> UnwrittenResponse<ServerResponse>
}

extension Route {
  /// Adds the request's span to the response.
  func answered(within span: RequestSpan) -> Route {
    guard case .body(let refused, let use) = self else { return self }
    return .body(refused: refused) { body, reply in
      try failing(within: span) {
        try use(body) { makeResponse in
          reply {
            try failing(within: span) { try makeResponse().map { span.add(to: &$0.headers) } }
          }
        }
      }
    }
  }
}

/// Adds the span to thrown errors, for the client and for the log.
private func failing<Result>(within span: RequestSpan, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    var failure = HTTPFailure(error)
    span.add(to: &failure.headers)
    throw failure
  }
}
