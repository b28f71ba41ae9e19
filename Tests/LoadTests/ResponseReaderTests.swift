import Basics
import NIOCore
import Testing

@testable import Load

@Suite struct ResponseReaderTests {
  private static let plain =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSERVER-timing:  infer;dur=1, total;dur=2 \r\ncontent-length: 2\r\n\r\n{}"

  /// All answers of a connection, whose bytes come in pieces of this size; then the connection ends.
  private func answers(_ text: String, pieces size: Int = .max) throws -> [ResponseReader.Answer] {
    var (reader, answers) = (ResponseReader(), [ResponseReader.Answer]())
    var all = ByteBuffer(string: text)
    while all.readableBytes > 0 {
      guard var piece = all.readSlice(length: min(size, all.readableBytes)) else { break }
      while piece.readableBytes > 0, let answer = try reader.read(&piece) { answers.append(answer) }
    }
    if let answer = reader.end() { answers.append(answer) }
    return answers
  }

  @Test(arguments: [1, 2, 3, 7, 50, .max]) func inPieces(size: Int) throws {
    let chunked =
      "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\nA;x=y\r\n0123456789\r\n1\r\n\n\r\n0\r\nTrailer: a\r\n\r\n"
    let found = try answers(
      Self.plain + chunked + "HTTP/1.1 204 No Content\r\n\r\n" + Self.plain, pieces: size)
    #expect(found.map(\.status) == [200, 503, 204, 200] && found.allSatisfy(\.keepsOpen))
    #expect(found.map(\.serverTiming) == ["infer;dur=1, total;dur=2", nil, nil, "infer;dur=1, total;dur=2"])
  }

  @Test func interimAnswersAreNone() throws {
    #expect(try answers("HTTP/1.1 100 Continue\r\n\r\n" + Self.plain).map(\.status) == [200])
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
    ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", true),
    // Ends with the connection.
    ("HTTP/1.1 200 OK\r\n\r\nwhatever", false),
  ])
  func whetherTheConnectionStays(text: String, keepsOpen: Bool) throws {
    let found = try answers(text)
    #expect(found.count == 1 && found.first?.keepsOpen == keepsOpen)
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFF\r\n",
    String(repeating: "a", count: 70_000),
  ])
  func noHTTP(text: String) {
    #expect(throws: ResponseReader.Malformed.self) { try answers(text) }
  }

  /// A whole one, cut off anywhere, is not complete, and does no harm.
  @Test func cutOff() throws {
    for length in 0..<Self.plain.utf8.count {
      #expect(try answers(String(Self.plain.unicodeScalars.prefix(length))).isEmpty)
    }
  }
}
