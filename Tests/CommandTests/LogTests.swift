import Foundation
import TestSupport
import Testing
import Wire

/// What `serve` tells of itself and of requests that fail.
@Suite struct LogTests {
  private let network: WideNetwork

  init() throws { network = try WideNetwork() }

  private func lines(of server: Server, containing text: String) -> [String] {
    // The line is written before the answer, by another thread than the one that reads it.
    for _ in 0..<1000 where !server.process.standardError.contains(text) { usleep(5000) }
    return server.process.standardError.split(separator: "\n").map(String.init)
  }

  private func fail(_ server: Server, _ trace: String) throws {
    let connection = try server.connect()
    let parent = ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"]
    let answer = try connection.request("POST", WideNetwork.path, headers: parent, body: Data("{".utf8))
    #expect(answer.status == 400 && answer.headers["traceparent"]?.contains(trace) ?? false)
    #expect(try connection.request("GET", "/v2/models/absent").status == 404)
    let http2 = try HTTP2Connection(port: server.port)
    let call = try http2.call(WideNetwork.infer, [("traceparent", parent["traceparent"] ?? "")])
    // The model's name alone.
    let message = Data([0x0A, UInt8(WideNetwork.name.utf8.count)] + WideNetwork.name.utf8)
    try http2.send(HTTP2Connection.frame(message), on: call, ends: true)
    #expect(try http2.response(on: call)[trailer: "grpc-status"] == "3")
  }

  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

  @Test func aLineForEachFailure() throws {
    let server = try Server(network.model)
    try fail(server, Self.trace)
    let lines = lines(of: server, containing: "INVALID_ARGUMENT")
    func one(_ parts: String...) -> Bool {
      lines.filter { line in parts.allSatisfy(line.contains) }.count == 1
    }
    #expect(one(" info wide 400 ", "POST \(WideNetwork.path)", "trace \(Self.trace)"), "\(lines)")
    #expect(one(" info absent 404 ", "GET /v2/models/absent"), "\(lines)")
    #expect(
      one(" info wide INVALID_ARGUMENT ", "POST \(WideNetwork.infer)", "trace \(Self.trace)"), "\(lines)")
    #expect(try server.terminate() == 0)
    let end = server.process.standardError
    #expect(end.contains("drivetrain: stopping") && end.contains("drivetrain: stopped after "), "\(end)")
  }

  @Test func asJSON() throws {
    let server = try Server(network.model, arguments: ["--log-format", "json", "--log-level", "debug"])
    try fail(server, Self.trace)
    let answer = try server.connect().request("POST", WideNetwork.path, body: WideNetwork.json(rows: 1))
    #expect(answer.status == 200)
    _ = lines(of: server, containing: ":200")
    #expect(try server.terminate() == 0)
    let objects = try server.process.standardError.split(separator: "\n").map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
    #expect(objects.allSatisfy { $0["time"] is String && $0["level"] is String })
    let failures = objects.filter { $0["reason"] != nil }
    #expect(failures.compactMap { $0["model"] as? String } == ["wide", "absent", "wide"])
    #expect(failures.compactMap { $0["trace_id"] as? String } == [Self.trace, Self.trace])
    #expect(objects.contains { $0["status"] as? Int == 200 && $0["model"] as? String == "wide" })
  }

  @Test func onlyWhatIsAskedFor() throws {
    let server = try Server(network.model, arguments: ["--log-level", "info"])
    _ = try server.infer(Data("no image".utf8), "wide")
    let run = try Drivetrain.run("serve", network.model, "--log-level", "loud")
    #expect(run.exitCode == 2 && run.standardError.contains("debug"), "\(run.standardError)")
  }

  @Test func anOpenServerIsWarnedOf() throws {
    let free = try Server(network.model, arguments: ["--host", "0.0.0.0"])
    #expect(free.process.standardError.contains("--token-file"))
    let guarded = try Server(
      network.model, arguments: ["--host", "0.0.0.0"], environment: ["DRIVETRAIN_TOKEN": "sesame"])
    #expect(!guarded.process.standardError.contains("--token-file"))
  }
}
