import NIOCore

/// An answer that is still to be written, and the most bytes that it will have.
struct UnwrittenAnswer<Written: Sendable>: Sendable {
  let maximumBytes: Int
  /// Bytes that it has.
  let size: @Sendable (Written) -> Int
  let write: @Sendable () throws -> Written
}

extension UnwrittenAnswer<HTTPAnswer> {
  init(maximumBytes: Int, write: @escaping @Sendable () throws -> HTTPAnswer) {
    self.init(maximumBytes: maximumBytes, size: { $0.body.readableBytes }, write: write)
  }

  /// One that is written already.
  init(_ answer: HTTPAnswer) {
    self.init(maximumBytes: answer.body.readableBytes) { answer }
  }

  /// The same with something done to it once it is written.
  func map(_ change: @escaping @Sendable (inout HTTPAnswer) -> Void) -> Self {
    UnwrittenAnswer(maximumBytes: maximumBytes) { [write] in
      var answer = try write()
      change(&answer)
      return answer
    }
  }
}

extension UnwrittenAnswer<ByteBuffer> {
  init(maximumBytes: Int, write: @escaping @Sendable () throws -> ByteBuffer) {
    self.init(maximumBytes: maximumBytes, size: { $0.readableBytes }, write: write)
  }

  /// One that is written already.
  init(_ message: [UInt8]) {
    self.init(maximumBytes: message.count) { ByteBuffer(bytes: message) }
  }
}
