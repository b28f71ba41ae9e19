import HTTPTypes
import NIOCore

/// What is done with a request, as soon as its head is known.
enum Route: Sendable {
  /// Answered at once; a body is passed over.
  case answer(ServerResponse)
  /// Answered from its body, once that is here; or refused before, because the body is too large or too slow,
  /// or nobody has room for it.
  case body(refused: @Sendable (RequestFailure) -> Void = { _ in }, Use)

  /// Takes a complete body and starts to work on it, without waiting: small ones and images on the
  /// connection's thread, others, which are read from their beginning to their end, elsewhere.
  ///
  /// The second argument is called once, from any thread, with what makes the answer. That runs on the
  /// connection's thread: workers need not wait for an answer to be written. The item is cancelled if the
  /// client goes away.
  typealias Use = @Sendable (ByteBuffer, @escaping Reply) throws -> any Cancellable
  typealias Reply = @Sendable (@escaping MakeResponse) -> Void
  typealias MakeResponse = @Sendable () throws -> UnwrittenResponse<ServerResponse>
}

extension Route {
  /// Tells the client which span its request was.
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

/// Names the span in what is thrown, for the client and for the log.
private func failing<Result>(within span: RequestSpan, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    var failure = HTTPFailure(error)
    span.add(to: &failure.headers)
    throw failure
  }
}
