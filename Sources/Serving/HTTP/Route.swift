import NIOCore

/// What is done with a request, as soon as its head is known.
enum Route: Sendable {
  /// Answered at once; a body is passed over.
  case answer(HTTPAnswer)
  /// Answered from its body, once that is here; or refused before, because the body is too large or too slow, or nobody has room
  /// for it.
  case body(refused: @Sendable (HTTPFailure) -> Void = { _ in }, Use)

  /// Takes a complete body and starts to work on it, without waiting: small ones and images on the connection's thread, others, which
  /// are read from their beginning to their end, elsewhere.
  ///
  /// The second argument is called once, from any thread, with what makes the answer. That runs on the connection's
  /// thread: workers need not wait for an answer to be written. The item is cancelled if the client goes away.
  typealias Use = @Sendable (ByteBuffer, @escaping Reply) throws -> any Cancellable
  typealias Reply = @Sendable (@escaping MakeAnswer) -> Void
  typealias MakeAnswer = @Sendable () throws -> UnwrittenAnswer<HTTPAnswer>
}
