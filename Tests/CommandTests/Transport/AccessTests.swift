import Foundation
import TestSupport
import Testing
import Wire

/// Who has not the token gets nothing, over whatever protocol.
@Suite(.serialized) struct AccessTests {
  private static let token = "5esame-Open_43xyz~"
  private let folder: TemporaryFolder
  private let network: WideNetwork

  init() throws {
    folder = try TemporaryFolder()
    network = try WideNetwork()
  }

  /// Headers that are not it: of its length and of others, one sign away and far away, and what once was taken for it.
  private static var wrong: [String] {
    let right = Array("Bearer \(token)".utf8)
    var random = SeededGenerator(seed: 7)
    let visible = UInt8(0x21)...0x7E
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    var all = ["", "Bearer", "Bearer ", token, "Basic \(token)", "Bearer \(token)x", "Bearer \(token),"]
    all += (1..<token.count).map { "Bearer \(token.prefix($0))" }
    for index in right.indices {
      var one = right
      one[index] = visible.randomElement(using: &random) ?? 0x21
      if one != right { all.append(text(one)) }
      one[index] = right[index] ^ 0x20
      if visible.contains(one[index]), one != right { all.append(text(one)) }
      let swapped = (index + 1) % right.count
      one = right
      one.swapAt(index, swapped)
      if one != right, one.first != 0x20, one.last != 0x20 { all.append(text(one)) }
    }
    for _ in 0..<300 {
      // What differs early and ends alike passed where the comparison forgot.
      let start = (0..<7).map { _ in UInt8.random(in: visible, using: &random) } + [0x40]
      let rest = right.dropFirst(8).map { _ in
        [0x40, 0x60, 0x21].randomElement(using: &random) ?? UInt8(0x21)
      }
      let last = UInt8.random(in: visible, using: &random)
      all.append(text(start + rest.dropLast() + [last]))
      all.append("Bearer " + text(token.utf8.map { _ in UInt8.random(in: visible, using: &random) }))
    }
    return all
  }

  @Test func everyOtherTextIsRefused() throws {
    let path = try folder.write(Data("\(Self.token)\n".utf8), to: "token")
    let server = try Server(network.model, arguments: ["--token-file", path])
    let http1 = try server.connect()
    let http2 = try HTTP2Connection(port: server.port)
    func ask(_ header: String) throws -> [String] {
      let fields = [("authorization", header)]
      let get = try http2.open("/metrics", method: "GET", fields, ends: true)
      let call = try http2.call(WideNetwork.infer, fields)
      try http2.send(HTTP2Connection.frame(WideNetwork.message(rows: 1)), on: call, ends: true)
      let stream = try http2.call(WideNetwork.stream, fields)
      return [
        "\(try http1.request("GET", "/metrics", headers: ["Authorization": header]).status)",
        try http2.response(on: get).status ?? "",
        try http2.response(on: call)[trailer: "grpc-status"] ?? "",
        try header == "Bearer \(Self.token)"
          ? "" : http2.response(on: stream)[trailer: "grpc-status"] ?? "",
      ]
    }
    #expect(try ask("Bearer \(Self.token)") == ["200", "200", "0", ""])
    for header in Self.wrong {
      #expect(try ask(header) == ["401", "401", "16", "16"], "'\(header)'")
    }
    #expect(try ask("Bearer \(Self.token)") == ["200", "200", "0", ""])
  }

  @Test(arguments: [
    "", "\n", " ", " sesame", "sesame ", "ses ame", "a\nb\n", "a\0b", "schl\u{FC}ssel", "\tx",
  ])
  func sourcesThatAreRefused(text: String) throws {
    let path = try folder.write(Data(text.utf8), to: "token")
    let run = try Drivetrain.run("serve", network.model, "--port", "0", "--token-file", path)
    #expect(run.exitCode == 1 && run.standardError.contains(path), "\(run.standardError)")
    guard !text.contains("\0") else { return }  // An environment has none.
    let other = try Drivetrain.run(
      "serve", network.model, "--port", "0", environment: ["DRIVETRAIN_TOKEN": text])
    #expect(other.exitCode == 1 && other.standardError.contains("DRIVETRAIN_TOKEN"), "\(other.standardError)")
  }

  @Test(arguments: ["sesame", "sesame\n", "sesame\r\n"]) func sourcesThatAreTaken(text: String) throws {
    let path = try folder.write(Data(text.utf8), to: "token")
    let server = try Server(network.model, arguments: ["--token-file", path])
    let response = try server.connect().request(
      "GET", "/metrics", headers: ["Authorization": "Bearer sesame"])
    #expect(response.status == 200)
  }
}
