import Basics
import NIOCore

/// Skips a body in chunks (RFC 9112).
struct ChunkReader {
  private enum State {
    /// In the line of the next chunk's length: the digits so far, and whether they are over.
    case size(Int, isRead: Bool)
    case data(Int)
    /// Behind the last chunk: bytes of the line so far, which is empty at the very end.
    case trailer(Int)
  }

  private static let maximumChunk = 1 << 40
  /// Maximum bytes of a chunk's line, and of everything behind the last chunk.
  private static let maximumLine = 64 << 10

  private var state = State.size(0, isRead: false)
  private var line = 0

  /// - Returns: whether the body is complete.
  mutating func read(_ bytes: inout ByteBuffer) throws(ResponseReader.Malformed) -> Bool {
    while bytes.readableBytes > 0 {
      if case .data(let rest) = state {
        let count = min(rest, bytes.readableBytes)
        bytes.moveReaderIndex(forwardBy: count)
        state = count == rest ? .size(0, isRead: false) : .data(rest - count)
        line = 0
        continue
      }
      line += 1
      guard line <= Self.maximumLine else { throw ResponseReader.Malformed() }
      guard let byte = bytes.readInteger(as: UInt8.self) else { return false }
      switch (state, byte) {
      case (.size(let size, _), UInt8(ascii: "\n")):
        // With the line end behind the data.
        state = size > 0 ? .data(size + 2) : .trailer(0)
      case (.size(let size, let isRead), _):
        if let digit = Self.digit(byte), !isRead {
          guard size < Self.maximumChunk else { throw ResponseReader.Malformed() }
          state = .size(size * 16 + digit, isRead: false)
        } else {
          guard isRead || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: ";") else {
            throw ResponseReader.Malformed()
          }
          state = .size(size, isRead: true)
        }
      case (.trailer(0), UInt8(ascii: "\n")): return true
      case (.trailer, UInt8(ascii: "\n")): state = .trailer(0)
      case (.trailer, UInt8(ascii: "\r")): break
      case (.trailer, _): state = .trailer(1)
      case (.data, _): break
      }
    }
    return false
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
