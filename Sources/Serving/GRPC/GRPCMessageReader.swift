import Basics
import NIOCore

/// Assembles the messages of a call from pieces. Each message has a prefix: a byte for compression, and its
/// length in four bytes.
struct GRPCMessageReader {
  /// Bytes of the prefix.
  static let headBytes = 5

  private let limit: Int
  private var bytes = ByteBuffer()

  /// - Parameter limit: maximum bytes of one message.
  init(limit: Int) { self.limit = limit }

  /// - Throws: `.unavailable` if there is no memory for the message that begins.
  mutating func append(_ part: ByteBuffer) throws(RequestFailure) {
    var part = part
    if bytes.readableBytes == 0 {
      bytes = part
      try makeRoom(for: 0)
    } else {
      bytes.discardReadBytes()
      try makeRoom(for: part.readableBytes)
      bytes.writeBuffer(&part)
    }
  }

  /// Reserves memory for the message that begins, and at least for `count` bytes.
  private mutating func makeRoom(for count: Int) throws(RequestFailure) {
    let message = length.map { min($0, limit) + Self.headBytes } ?? 0
    let missing = max(count, message - bytes.readableBytes)
    guard bytes.makeRoom(for: missing, wanting: bytes.readableBytes + missing) else {
      throw RequestFailure(.unavailable, "there is no memory for the message; try again")
    }
  }

  /// Bytes of messages that are not taken, or not complete.
  var waiting: Int { bytes.readableBytes }

  /// The next message, if it is complete.
  ///
  /// - Throws: `GRPCStatus`.
  mutating func next() throws(GRPCStatus) -> ByteBuffer? {
    guard let isCompressed = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self), let length else {
      return nil
    }
    guard isCompressed == 0 else {
      throw GRPCStatus(.unimplemented, "compressed messages are not supported; send them as they are")
    }
    guard length <= limit else {
      throw GRPCStatus(.resourceExhausted, "a message has \(length.counted("byte")); the limit is \(limit)")
    }
    guard bytes.readableBytes - Self.headBytes >= length else { return nil }
    bytes.moveReaderIndex(forwardBy: Self.headBytes)
    return bytes.readSlice(length: length)
  }

  private var length: Int? {
    bytes.getInteger(at: bytes.readerIndex + 1, as: UInt32.self).map { Int($0) }
  }
}
