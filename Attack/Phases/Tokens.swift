import Foundation
import TestSupport
import Wire

extension Phase {
  /// Every text that is not the token is refused, over every protocol; the token itself is not.
  static let tokens = Phase(name: "tokens") { run in
    let connections = try TokenConnections(port: run.target.guarded.port)
    let right = "Bearer \(Target.token)"
    try run.rounds { random in
      // Connections have an end, and other ones begin.
      if connections.uses > 500 { try connections.renew() }
      let wrong = Self.wrong(right, using: &random)
      for header in [wrong, right] {
        let answers = try connections.ask(header, isStreamed: header == wrong)
        let expected = header == wrong ? ["401", "401", "16", "16"] : ["200", "200", "0"]
        run.count(header == wrong ? "wrong tokens" : "right tokens")
        run.expect(answers == expected, "'\(header)' is answered by \(answers)")
      }
    }
  }

  /// A header that isn't right, mostly nearly.
  private static func wrong(_ right: String, using random: inout SeededGenerator) -> String {
    let visible = UInt8(0x21)...0x7E
    var bytes = Array(right.utf8)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
    case 1: bytes.append(UInt8.random(in: visible, using: &random))
    case 2: bytes = Array("Basic ".utf8) + bytes.dropFirst(7)
    case 3: bytes.swapAt(7, Int.random(in: 8..<bytes.count, using: &random))
    case 4: bytes = bytes.map { _ in UInt8.random(in: visible, using: &random) }
    case 5:
      for index in 7..<bytes.count { bytes[index] = UInt8.random(in: visible, using: &random) }
    case 6:
      // Differs early, and ends alike.
      for index in 7..<(bytes.count - 1) where Bool.random(using: &random) {
        bytes[index] = [0x40, 0x60, 0x21].randomElement(using: &random) ?? 0x21
      }
    default:
      bytes[Int.random(in: 7..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<5, using: &random)
    }
    let text = String(decoding: bytes.map { visible.contains($0) ? $0 : 0x20 }, as: UTF8.self)
      .trimmingCharacters(in: .whitespaces)
    // A scheme's case and blanks around it are nothing that makes a token wrong.
    let isSame =
      text.lowercased().hasPrefix("bearer ")
      && text.dropFirst(7).trimmingCharacters(in: .whitespaces) == Target.token
    return isSame ? "Bearer x" : text
  }
}

/// A connection of each version, on which requests with tokens follow each other. Used by one thread.
private final class TokenConnections: @unchecked Sendable {
  private let port: UInt16
  private var http1: HTTP1Connection
  private var http2: HTTP2Connection
  private(set) var uses = 0

  init(port: UInt16) throws {
    self.port = port
    http1 = try HTTP1Connection(port: port)
    http2 = try HTTP2Connection(port: port)
  }

  func renew() throws {
    http1 = try HTTP1Connection(port: port)
    http2 = try HTTP2Connection(port: port)
    uses = 0
  }

  /// The statuses of requests by HTTP/1.1 and HTTP/2, of a call, and of a stream if one is wanted.
  func ask(_ header: String, isStreamed: Bool) throws -> [String] {
    uses += 1
    let fields = [("authorization", header)]
    let get = try http2.open("/metrics", method: "GET", fields, ends: true)
    let call = try http2.call(WideNetwork.infer, fields)
    try http2.send(HTTP2Connection.frame(WideNetwork.message(rows: 1)), on: call, ends: true)
    let stream = isStreamed ? try http2.call(WideNetwork.stream, fields) : nil
    let first = try http1.request("GET", "/metrics", headers: ["Authorization": header])
    return try ["\(first.status)", http2.response(on: get).status ?? ""]
      + ([call, stream].compactMap(\.self).map { try http2.response(on: $0)[trailer: "grpc-status"] ?? "" })
  }
}
