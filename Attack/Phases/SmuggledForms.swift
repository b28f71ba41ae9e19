import Basics
import Foundation
import TestSupport

extension SmuggledForm {
  private static let body = WideNetwork.json(rows: 1)
  private static let get = "GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n"
  private static let length = "Content-Length: \(body.count)\r\n"
  private static let chunks = chunked("\(String(body.count, radix: 16))")

  /// The body as one chunk, behind this line.
  private static func chunked(_ line: String, _ end: String = "\r\n") -> Data {
    Data((line + end).utf8) + body + Data("\(end)0\(end)\(end)".utf8)
  }

  /// A request for inference with these fields; with `version`, of another.
  private static func post(
    _ name: String, _ fields: String, _ content: Data, _ meaning: Meaning,
    version: String = "HTTP/1.1",
    end: String = "\r\n"
  ) -> SmuggledForm {
    let head = "POST \(WideNetwork.path) \(version)\r\nHost: x\r\n\(fields)\r\n".replacing("\r\n", with: end)
    return SmuggledForm(name: name, bytes: Data(head.utf8) + content, meaning: meaning)
  }

  private static func post(
    _ name: String, _ fields: String, _ meaning: Meaning, end: String = "\r\n"
  ) -> SmuggledForm {
    post(name, fields, body, meaning, end: end)
  }

  private static func raw(_ name: String, _ text: String, _ meaning: Meaning) -> SmuggledForm {
    SmuggledForm(name: name, bytes: Data(text.utf8), meaning: meaning)
  }

  private static let chunkedField = "Transfer-Encoding: chunked\r\n"

  static var all: [SmuggledForm] { lengths + codings + chunkForms + fields + lines + whole }

  private static var lengths: [SmuggledForm] {
    [
      post("length and chunks", length + chunkedField, chunks, .refused),
      post("chunks and length", chunkedField + length, chunks, .refused),
      post(
        "a short length and chunks", "Content-Length: 6\r\n" + chunkedField, Data("0\r\n\r\nG".utf8), .refused
      ),
      post("two lengths", length + "Content-Length: 5\r\n", .refused),
      post("a length twice", length + length, .refusedOrRead(1)),
      post("a list of lengths", "Content-Length: \(body.count), \(body.count)\r\n", .refused),
      post("a signed length", "Content-Length: +\(body.count)\r\n", .refused),
      post("a negative length", "Content-Length: -1\r\n", .refused),
      post("a hexadecimal length", "Content-Length: 0x4a\r\n", .refused),
      post("an empty length", "Content-Length: \r\n", .refused),
      post("a length of 2⁶³", "Content-Length: 9223372036854775808\r\n", .refused),
      post("a length above 2⁶⁴", "Content-Length: 18446744073709551\(600 + body.count)\r\n", .refused),
      post("tabs around a length", "Content-Length:\t\(body.count)\t\r\n", .refusedOrRead(1)),
      post("a blank in a length", "Content-Length: 1 0\r\n", .refused),
    ]
  }

  private static var codings: [SmuggledForm] {
    [
      post("two codings in a list", "Transfer-Encoding: chunked, identity\r\n", chunks, .refused),
      post("an unknown coding", "Transfer-Encoding: xchunked\r\n", chunks, .refused),
      post("identity", "Transfer-Encoding: identity\r\n" + length, .refused),
      post("gzip and chunks", "Transfer-Encoding: gzip, chunked\r\n", chunks, .refused),
      post("chunks twice", chunkedField + chunkedField, chunks, .refused),
      post("a coding and nothing", "Transfer-Encoding: \r\n" + length, .refused),
      post("a blank before the colon", "Transfer-Encoding : chunked\r\n", chunks, .refused),
      post("a vertical tab", "Transfer-Encoding:\u{B}chunked\r\n", chunks, .refused),
      post("a quoted coding", "Transfer-Encoding: \"chunked\"\r\n", chunks, .refused),
      post("chunks of HTTP/1.0", chunkedField, chunks, .refused, version: "HTTP/1.0"),
      post("upper case", "TRANSFER-ENCODING: CHUNKED\r\n", chunks, .refusedOrRead(1)),
    ]
  }

  private static var chunkForms: [SmuggledForm] {
    let size = String(body.count, radix: 16)
    func form(_ name: String, _ content: Data, _ meaning: Meaning) -> SmuggledForm {
      post(name, chunkedField, content, meaning)
    }
    return [
      form("chunks", chunks, .read(1)),
      form("an extension", chunked("\(size);a=b;c=\"d\""), .refusedOrRead(1)),
      form(
        "an extension of a megabyte", chunked("\(size);" + String(repeating: "a", count: 1 << 20)),
        .refusedOrRead(1)),
      form("a size of 17 digits", chunked("1" + String(repeating: "0", count: 16)), .refused),
      form("a size of 2⁶⁴ - 1", chunked("FFFFFFFFFFFFFFFF"), .refused),
      form("a size of 2⁶³ - 1", chunked("7FFFFFFFFFFFFFFF"), .refused),
      form("a negative size", chunked("-1"), .refused),
      form("a signed size", chunked("+\(size)"), .refused),
      form("a size with a prefix", chunked("0x\(size)"), .refused),
      form("no size", chunked(""), .refused),
      form("a size behind a blank", chunked(" \(size)"), .refused),
      form("lines without CR", chunked(size, "\n"), .refused),
      form("a chunk that is longer", chunked(String(body.count - 2, radix: 16)), .refused),
      form(
        "trailers that mean something",
        Data("\(size)\r\n".utf8) + body + Data("\r\n0\r\nContent-Length: 5\r\nHost: y\r\n\r\n".utf8),
        .refusedOrRead(1)),
    ]
  }

  private static var fields: [SmuggledForm] {
    [
      post("a folded line", "X: a\r\n b\r\n" + length, .refused),
      post("a folded coding", "Transfer-Encoding:\r\n chunked\r\n", chunks, .refused),
      post("a bare CR", "X: a\rb\r\n" + length, .refused),
      post("a NUL", "X: a\0b\r\n" + length, .refused),
      post("a blank in a name", "X Y: a\r\n" + length, .refused),
      post("no name", ": a\r\n" + length, .refused),
      post("no colon", "XY\r\n" + length, .refused),
      post("two Hosts", "Host: y\r\n" + length, .refused),
      post("an odd expectation", "Expect: 200-maybe\r\n" + length, .one),
      post("an expectation that doesn't wait", "Expect: 100-continue\r\n" + length, .read(1)),
      post("lines without CR", length, .refused, end: "\n"),
      raw("a blank before the first field", "GET /v2/health/live HTTP/1.1\r\n Host: x\r\n\r\n", .refused),
      raw("no Host", "GET /v2/health/live HTTP/1.1\r\n\r\n", .refused),
      raw("a Host with a blank", "GET /v2/health/live HTTP/1.1\r\nHost: a b\r\n\r\n", .refused),
      raw(
        "1001 fields",
        "GET /v2/health/live HTTP/1.1\r\nHost: x\r\n" + String(repeating: "a: b\r\n", count: 1001) + "\r\n",
        .refused),
      raw(
        "a field of 81 KiB",
        "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "b", count: 81 << 10)
          + "\r\n\r\n", .refused),
      raw(
        "Upgrade",
        "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        .read(1)),
    ]
  }

  private static var lines: [SmuggledForm] {
    let rest = "HTTP/1.1\r\nHost: x\r\n\r\n"
    return [
      raw("absolute form", "GET http://x/v2/health/live \(rest)", .one),
      raw("absolute form for another", "GET http://y/v2/health/live \(rest)", .one),
      raw("an asterisk", "OPTIONS * \(rest)", .one), raw("CONNECT", "CONNECT x:80 \(rest)", .refused),
      raw("TRACE", "TRACE /v2 \(rest)", .refused),
      raw("HTTP/1.2", get.replacing("HTTP/1.1", with: "HTTP/1.2"), .refusedOrRead(1)),
      raw("HTTP/2.0", get.replacing("HTTP/1.1", with: "HTTP/2.0"), .refused),
      raw("HTTP/0.9", "GET /v2/health/live\r\n", .refused),
      raw("lower case", get.replacing("HTTP/1.1", with: "http/1.1"), .refused),
      raw("two blanks", get.replacing("GET ", with: "GET  "), .refusedOrRead(1)),
      raw("tabs", "GET\t/v2/health/live\tHTTP/1.1\r\nHost: x\r\n\r\n", .refused),
      raw("a blank in a path", "GET /v2/health /live \(rest)", .refused),
      raw("a NUL in a path", "GET /v2/health/live\0 \(rest)", .refused),
      raw("a fragment", "GET /v2/health/live#x \(rest)", .one),
      raw("a path of 81 KiB", "GET /\(String(repeating: "b", count: 81 << 10)) \(rest)", .refused),
      raw("a path of 2 MiB", "GET /\(String(repeating: "b", count: 2 << 20)) \(rest)", .refused),
      raw("a method of a megabyte", "\(String(repeating: "G", count: 1 << 20)) / \(rest)", .refused),
      raw("dots", "GET /v2/models/..%2f..%2fetc \(rest)", .refused),
      raw("an encoded NUL", "GET /v2/models/wide%00 \(rest)", .refused),
      raw(
        "dots in a load",
        "POST /v2/repository/models/..%2f..%2fetc/load HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        .refused),
    ]
  }

  private static var whole: [SmuggledForm] {
    [
      raw(
        "a body of GET",
        "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nContent-Length: \(get.utf8.count)\r\n\r\n\(get)\(get)",
        .refusedOrRead(2)),
      raw("empty lines before", "\r\n\r\n\(get)", .read(1)), raw("two requests", get + get, .read(2)),
      raw(
        "a request behind a close", get.replacing("Host: x", with: "Host: x\r\nConnection: close") + get,
        .read(1)),
      raw("a proxy's line", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n\(get)", .refused),
      raw("half a preface", "PRI * HTTP/2.0\r\n\r\nSM", .refused),
      raw("a wrong preface", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", .refused),
      raw("SSH", "SSH-2.0-OpenSSH_9.0\r\n", .refused),
      SmuggledForm(
        name: "TLS", bytes: Data([0x16, 3, 1, 0, 0xA5, 1, 0, 0, 0xA1, 3, 3]) + Data(count: 160),
        meaning: .refused),
      SmuggledForm(
        name: "high bytes in a path",
        bytes: Data("GET /v2/models/".utf8) + Data([0xFF, 0xFE]) + Data(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
        meaning: .refused),
    ]
  }
}
