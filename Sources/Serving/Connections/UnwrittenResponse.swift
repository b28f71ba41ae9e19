import NIOCore

/// An answer that is still to be written, and the most bytes that it will have.
struct UnwrittenResponse<Written: Sendable>: Sendable {
  let maximumBytes: Int
  /// Bytes that it has.
  let size: @Sendable (Written) -> Int
  let write: @Sendable () throws -> Written
}

extension UnwrittenResponse<ByteBuffer> {
  init(maximumBytes: Int, write: @escaping @Sendable () throws -> ByteBuffer) {
    self.init(maximumBytes: maximumBytes, size: { $0.readableBytes }, write: write)
  }

  /// One that is written already.
  init(_ message: [UInt8]) {
    self.init(maximumBytes: message.count) { ByteBuffer(bytes: message) }
  }
}
