import Basics
import NIOCore

/// Reads a connection's HTTP/1.1 responses as far as a load generator needs them: their status, the server's
/// times, and their ends.
///
/// NIO's own reader makes a list of all headers, which costs more than all other work for a request.
struct ResponseReader {
  struct Answer: Equatable {
    var status: Int
    var serverTiming: String?
    /// Whether the connection takes another request.
    var keepsOpen: Bool
    /// Whether the body states an error, whatever the status.
    var hasError = false
  }

  /// An error: the input is not HTTP.
  struct Malformed: Error {}

  private enum State {
    case head
    /// A known number of bytes is still to come.
    case body(Answer, Int)
    case chunks(Answer, ChunkReader)
    /// The body ends with the connection.
    case untilEnd(Answer)
  }

  private static let maximumHead = 64 << 10
  /// Maximum interim heads (100…199) before the response's own.
  private static let maximumInterim = 16

  private var state = State.head
  private var search = ErrorSearch()
  private var interim = 0
  /// The beginning of a head that is not yet complete.
  private var pending = ByteBuffer()

  /// Takes bytes up to the end of a response; `nil` if it is not complete.
  mutating func read(_ bytes: inout ByteBuffer) throws(Malformed) -> Answer? {
    while true {
      switch state {
      case .head:
        guard try readHead(&bytes) else { return nil }
      case .body(let answer, let rest):
        let count = min(rest, bytes.readableBytes)
        search.read(bytes.readableBytesView.prefix(count))
        bytes.moveReaderIndex(forwardBy: count)
        guard count == rest else {
          state = .body(answer, rest - count)
          return nil
        }
        return finish(answer)
      case .chunks(let answer, var reader):
        search.read(bytes.readableBytesView)
        guard try reader.read(&bytes) else {
          state = .chunks(answer, reader)
          return nil
        }
        return finish(answer)
      case .untilEnd:
        search.read(bytes.readableBytesView)
        bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
        return nil
      }
    }
  }

  /// Takes the connection's end, which completes a response of unknown length.
  mutating func end() -> Answer? {
    guard case .untilEnd(let answer) = state else { return nil }
    return finish(answer)
  }

  private mutating func finish(_ answer: Answer) -> Answer {
    var answer = answer
    answer.hasError = search.isFound
    (state, search, interim) = (.head, ErrorSearch(), 0)
    return answer
  }

  /// Whether there was a complete head.
  private mutating func readHead(_ bytes: inout ByteBuffer) throws(Malformed) -> Bool {
    if pending.readableBytes > 0 {
      pending.writeBuffer(&bytes)
      bytes = pending
      pending = ByteBuffer()
    }
    // Most responses come in one piece, and are read in place.
    let found = bytes.withUnsafeReadableBytes { all in
      ResponseHead.end(in: all).map { ($0, ResponseHead(all[..<$0])) }
    }
    guard let (length, head) = found else {
      guard bytes.readableBytes <= Self.maximumHead else { throw Malformed() }
      pending = bytes
      bytes.moveReaderIndex(forwardBy: bytes.readableBytes)
      return false
    }
    guard let head else { throw Malformed() }
    bytes.moveReaderIndex(forwardBy: length)
    let answer = head.answer
    switch answer.status {
    case 100..<200:
      // The response itself is still to come.
      interim += 1
      guard interim <= Self.maximumInterim else { throw Malformed() }
    case 204, 304: state = .body(answer, 0)
    default:
      if head.isChunked {
        state = .chunks(answer, ChunkReader())
      } else if let length = head.length {
        state = .body(answer, length)
      } else {
        state = .untilEnd(answer)
      }
    }
    return true
  }
}
