import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// `drivetrain serve --repository`: models come and go while the server runs.
@Suite struct RepositoryTests {
  private let folder: RepositoryFolder

  init() throws { folder = try RepositoryFolder() }

  private func serve(_ arguments: String...) throws -> Server {
    try Server(arguments: ["--repository", folder.path] + arguments)
  }

  /// What a network answers to an image of 0.25 everywhere.
  private struct Answer: Decodable {
    struct Output: Decodable { let data: [Double] }

    let modelVersion: String
    let outputs: [Output]

    var score: Double? { outputs.first?.data.first }
  }

  private static let image = Data(
    (#"{"inputs":[{"name":"image","shape":[1,3,16,16],"datatype":"FP32","data":["#
      + Array(repeating: "0.25", count: 768).joined(separator: ",") + "]}]}").utf8)

  private static func ask(_ connection: HTTP1Connection, _ path: String = "/v2/models/net/infer") throws
    -> Response
  {
    try connection.request("POST", path, headers: ["Content-Type": "application/json"], body: image)
  }

  private static func answer(_ response: Response) throws -> Answer {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer.self, from: response.body)
  }

  private func change(_ server: Server, _ what: String, _ name: String = "net", body: String = "{}") throws
    -> Response
  {
    try server.connect().request(
      "POST", "/v2/repository/models/\(name)/\(what)", body: Data(body.utf8))
  }

  private func index(_ server: Server, _ body: String? = nil) throws -> [[String: String]] {
    let response = try server.connect().request(
      "POST", "/v2/repository/index", body: body.map { Data($0.utf8) })
    #expect(response.status == 200)
    return try JSONDecoder().decode([[String: String]].self, from: response.body)
  }

  @Test func loadsReplacesAndUnloads() throws {
    try folder.writeNetwork(1, of: "net")
    let server = try serve()
    let connection = try server.connect()
    #expect(try Self.answer(Self.ask(connection)).score == 1.25)
    try folder.writeNetwork(2, of: "net")
    #expect(try Self.answer(Self.ask(connection)).modelVersion == "1")
    #expect(try change(server, "load").status == 200)
    #expect(try Self.answer(Self.ask(connection)).score == 2.25)
    let metadata = String(decoding: try server.get("/v2/models/net").body, as: UTF8.self)
    #expect(metadata.contains(#""versions":["2"]"#), "\(metadata)")
    #expect(server.process.standardError.contains("net: version 2, "), "\(server.process.standardError)")
    let old = try Self.ask(connection, "/v2/models/net/versions/1/infer")
    #expect(old.status == 404 && old.error.contains("version 2 is"), "\(old.error)")
    #expect(try Self.ask(connection, "/v2/models/net/versions/2/infer").status == 200)

    #expect(try change(server, "unload", body: #"{"parameters":{"unload_dependents":true}}"#).status == 200)
    let gone = try Self.ask(connection)
    #expect(gone.status == 404 && gone.error.contains("not loaded"), "\(gone.error)")
    #expect(try server.get("/v2/models/net/ready").status == 404)
    #expect(try server.get("/v2/health/ready").status == 200)
    #expect(
      try index(server) == [
        ["name": "net", "version": "2", "state": "UNAVAILABLE", "reason": "unloaded"]
      ])
    #expect(try index(server, #"{"ready":true}"#).isEmpty)
    #expect(try change(server, "load").status == 200)
    #expect(try Self.answer(Self.ask(connection)).score == 2.25)
    #expect(try server.get("/metrics").status == 200)
    #expect(try server.terminate() == 0)
  }

  @Test func aVersionThatFailsLeavesTheOldOneServing() throws {
    try folder.writePipeline(1, of: "tiny")
    let server = try serve()
    let blue = PNGFile.solid(width: 40, height: 30, red: 0, green: 0, blue: 255)
    func label() throws -> String? {
      try server.infer(blue, "tiny", type: "image/png").report().items[0].outputs?.first?.label
    }
    #expect(try label() == "blue")
    try folder.writePipeline(2, of: "tiny") { $0.model = ONNXModel { $0.failsWhenRun = true }.data }
    let refused = try change(server, "load", "tiny")
    #expect(refused.status == 400 && refused.error.contains("version 1 is served"), "\(refused.error)")
    #expect(refused.error.contains("inference failed"), "\(refused.error)")
    #expect(try label() == "blue")
    let entries = try index(server)
    #expect(entries.map { $0["state"] } == ["READY", "UNAVAILABLE"])
    #expect(entries.last?["reason"]?.contains("inference failed") == true)
    #expect(server.process.standardError.contains("version 2 can't be served"))
    try folder.writePipeline(2, of: "tiny")
    #expect(try change(server, "load", "tiny").status == 200)
    #expect(try label() == "green")
    #expect(try server.terminate() == 0)
  }

  @Test func hostileRequests() throws {
    try folder.writeNetwork(1, of: "net")
    let server = try serve()
    for (name, status) in [
      ("nothing", 404), ("..%2f", 400), ("..%2Fnet", 400), ("%2e%2e", 400), ("net%2f1", 400), ("%00", 400),
      (String(repeating: "x", count: 129), 400),
    ] {
      for what in ["load", "unload"] {
        let response = try change(server, what, name)
        // What was never loaded can't be unloaded, whatever it is called.
        #expect(response.status == (what == "load" ? status : 404) && !response.error.isEmpty, "\(name)")
      }
    }
    #expect(try change(server, "load", "..").status == 400)
    for (body, says) in [
      (#"{"parameters":{"config":"{}"}}"#, "'config' is not supported"),
      (#"{"parameters":{"file:1/model.onnx":"AAAA"}}"#, "not supported"), ("{", "not valid"),
    ] {
      let response = try change(server, "load", body: body)
      #expect(response.status == 400 && response.error.contains(says), "\(response.error)")
    }
    #expect(try change(server, "reload").status == 404)
    #expect(try server.get("/v2/repository/models/net/load").status == 405)
    #expect(try index(server).map { $0["name"] } == ["net"])
    #expect(try Self.ask(server.connect()).status == 200)
  }

  @Test func startsWithWhatWorks() throws {
    try folder.writeNetwork(1, of: "net")
    try folder.writeNetwork(2, of: "net") { $0.failsWhenRun = true }
    try folder.writePipeline(1, of: "other") { $0.model = Data("no model".utf8) }
    let server = try serve()
    let said = server.process.standardError
    #expect(
      said.contains("'net': version 2 can't be served") && said.contains("version 1 is served"), "\(said)")
    #expect(said.contains("'other': version 1 can't be served"), "\(said)")
    #expect(try Self.answer(Self.ask(server.connect())).score == 1.25)
    #expect(
      try index(server).map { "\($0["name"] ?? "") \($0["version"] ?? "") \($0["state"] ?? "")" }
        == ["net 1 READY", "net 2 UNAVAILABLE", "other 1 UNAVAILABLE"])
    #expect(try server.terminate() == 0)
  }

  @Test func anEmptyRepositoryWaits() throws {
    let server = try serve()
    #expect(server.process.standardError.contains("no model is in \(folder.path) yet; add"))
    #expect(try Self.ask(server.connect()).error.contains("none is loaded"))
    try folder.writeNetwork(1, of: "net")
    #expect(try change(server, "load").status == 200)
    #expect(try Self.ask(server.connect()).status == 200)
    #expect(try server.terminate() == 0)
  }

  @Test func repositoriesThatCannotBeServed() throws {
    let none = try Drivetrain.run("serve", "--repository", folder.path + "/none", "--port", "0")
    #expect(none.exitCode == 1 && none.standardError.contains("/none"), "\(none.standardError)")
    let file = try Drivetrain.run(
      "serve", "--repository", try Repository.path("README.md"), "--port", "0")
    #expect(file.exitCode == 1 && file.standardError.contains("is a file"), "\(file.standardError)")
    try folder.writePipeline(1, of: "tiny") { $0.name = "other" }
    let broken = try Drivetrain.run("serve", "--repository", folder.path, "--port", "0")
    #expect(broken.exitCode == 1 && broken.standardError.contains("no model in"), "\(broken.standardError)")
    #expect(broken.standardError.contains("'name' is 'other'"), "\(broken.standardError)")
  }

  /// What is being loaded when the signal comes is waited for, and what waits behind it is refused; nobody is left without an answer.
  @Test func stopsWhileModelsAreLoaded() throws {
    try folder.writeNetwork(1, of: "net")
    let server = try serve()
    try folder.makeVersion("1", of: "classify")
    try folder.write(Repository.pipeline("classify").utf8, "pipeline.yaml", 1, of: "classify")
    let connections = try (0..<6).map { _ in try server.connect() }
    for connection in connections {
      try connection.sendHead("POST", "/v2/repository/models/classify/load", ["Content-Length": "0"])
    }
    // Another connection's answer says that the server has seen them.
    #expect(try server.get("/v2/health/live").status == 200)
    server.process.signal(SIGTERM)
    let statuses = try connections.map { try $0.response().status }
    #expect(Set(statuses).isSubset(of: [200, 503]) && statuses.contains(503), "\(statuses)")
    #expect(try server.process.wait() == 0)
  }

  /// Every 0.2 s another version, while clients ask all the time: nobody gets an error, or a version's wrong answer.
  @Test func reloadsUnderLoadDropNothing() throws {
    try folder.writeNetwork(1, of: "net")
    try folder.writePipeline(1, of: "tiny")
    let server = try serve()
    let green = PNGFile.solid(width: 40, height: 30, red: 0, green: 255, blue: 0)
    let end = Date.now + Self.seconds
    let results = concurrently(6) { thread -> [Int] in
      let connection = try server.connect()
      var versions: [Int] = []
      if thread == 0 {
        for version in 2... {
          guard Date.now < end else { break }
          usleep(200_000)
          try folder.writeNetwork(version, of: "net")
          for name in ["net", "tiny"] {
            let response = try connection.request("POST", "/v2/repository/models/\(name)/load")
            guard response.status == 200 else { throw Wrong(description: response.error) }
          }
          versions.append(version)
        }
      }
      while Date.now < end {
        if thread.isMultiple(of: 2) {
          let response = try connection.request(
            "POST", "/v2/models/tiny/infer", headers: ["Content-Type": "image/png"], body: green)
          guard response.status == 200, try response.report().items[0].outputs?.first?.label == "green" else {
            throw Wrong(description: "\(response.status): \(response.error)")
          }
          versions.append(1)
        } else {
          let response = try Self.ask(connection)
          guard response.status == 200 else {
            throw Wrong(description: "\(response.status): \(response.error)")
          }
          let answer = try Self.answer(response)
          guard let version = Int(answer.modelVersion), answer.score == Double(version) + 0.25 else {
            throw Wrong(description: "\(answer)")
          }
          versions.append(version)
        }
      }
      return versions
    }
    let versions = try results.map { try $0.get() }
    let newest = try #require(versions[0].last)
    #expect(newest >= 5, "\(newest) reloads")
    for seen in versions.dropFirst() { #expect(seen.count > 20 && seen == seen.sorted()) }
    #expect(Set(versions[1]).count > 3)
    let metrics = String(decoding: try server.get("/metrics").body, as: UTF8.self)
    for line in metrics.split(separator: "\n") where line.hasPrefix("drivetrain_requests_total") {
      #expect(line.contains(#"outcome="ok""#) || line.hasSuffix(" 0"), "\(line)")
    }
    #expect(try server.terminate() == 0)
  }

  private struct Wrong: Error, CustomStringConvertible {
    let description: String
  }

  /// Longer with RELOAD_SECONDS=60.
  private static let seconds =
    ProcessInfo.processInfo.environment["RELOAD_SECONDS"].flatMap { Double($0) } ?? 4
}
