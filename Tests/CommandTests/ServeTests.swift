import Dataflow
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct ServeTests {
  @Test func answersAndAccountsForTheTime() throws {
    let server = try Server("classify")
    let response = try server.infer(try Repository.image("china.jpg"))
    #expect(response.status == 200)
    #expect(response.headers["content-type"] == "application/json")
    let report = try response.report()
    #expect(report.pipeline == "classify" && report.items.count == 1)
    let item = report.items[0]
    #expect(item.width == 640 && item.height == 427 && item.bytes == 196_653 && item.error == nil)
    #expect(item.outputs?.first?.label == "palace" && item.outputs?.count == 5)
    try #require(item.attribution).check()

    let timing = try #require(response.headers["server-timing"])
    let parts = try timing.split(separator: ", ").map { part in
      let match = try #require(part.wholeMatch(of: /([\w-]+);dur=(\d+\.\d{6})/), "\(part)")
      return (name: String(match.1), milliseconds: try #require(Double(match.2)))
    }
    #expect(
      parts.map(\.name)
        == [
          "decode", "resize", "normalise", "infer", "label", "queue", "transfer", "unattributed", "total",
          "receive",
        ])
    let total = parts[8].milliseconds
    #expect(abs(parts.prefix(8).reduce(0) { $0 + $1.milliseconds } - total) < 1e-9 * 9)
    #expect(abs(total * 1000 - (item.attribution?.totalUs ?? 0)) < 1e-6)
    #expect(try server.terminate() == 0)
  }

  @Test func sameLabelsAsTheCommandLine() throws {
    let server = try Server("classify")
    for image in ["coffee.png", "variants/lossy.webp", "variants/exif-6.jpg"] {
      let served = try #require(server.infer(try Repository.image(image)).report().items.first?.outputs)
      let path = try Repository.path(".deps/images/" + image)
      let run = try #require(Drivetrain.run("infer", "classify", path, "--json").json().items.first?.outputs)
      #expect(served.map(\.label) == run.map(\.label) && served.map(\.score) == run.map(\.score))
    }
  }

  @Test func accountsForTheTimeUnderLoad() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    let answers = concurrently(12) { _ in try server.infer(image) }
    Report.Attribution.check(
      try answers.map { answer in
        let response = try answer.get()
        #expect(response.status == 200)
        return try #require(response.report().items[0].attribution)
      })
  }

  @Test func healthAndMetadata() throws {
    let server = try Server("classify")
    #expect(try server.get("/v2/health/live").status == 200)
    #expect(try server.get("/v2/health/ready").status == 200)
    let model = try server.get("/v2/models/classify")
    #expect(
      model.status == 200 && String(decoding: model.body, as: UTF8.self).contains(#""name":"classify""#))
    #expect(try server.get("/v2/models/%63lassify").status == 200)
    #expect(try server.get("/v2/models/classify/ready").status == 200)
  }

  @Test func severalPipelines() throws {
    let folder = try TemporaryFolder()
    let tiny = try PipelineFile().write(to: folder)
    let server = try Server("classify", tiny)
    let red = PNGFile.solid(width: 40, height: 30, red: 255, green: 0, blue: 0)
    let first = try server.infer(red, "tiny", type: "image/png").report()
    #expect(first.pipeline == "tiny" && first.items[0].outputs?.first?.label == "red")
    #expect(try server.infer(red, "classify", type: "image/png").report().pipeline == "classify")
    let unknown = try server.infer(red, "clasify")
    #expect(unknown.status == 404 && unknown.error.contains("there is classify, tiny"))
  }

  @Test func keepsConnectionsOpenAndHeadsEmpty() throws {
    let server = try Server("classify")
    let connection = try server.connect()
    let image = try Repository.image("small.jpg")
    let type = ["Content-Type": "image/jpeg"]
    for _ in 0..<2 {
      #expect(try connection.request("HEAD", "/v2/models/classify").status == 200)
      #expect(try connection.request("HEAD", "/v2/models/nothing").status == 404)
      #expect(try connection.request("HEAD", "/v2/models/classify/infer").status == 405)
      #expect(try connection.request("GET", "/nothing").status == 404)
      #expect(
        try connection.request("POST", "/v2/models/classify/infer", headers: type, body: image).status == 200)
    }
  }

  @Test(arguments: [
    ("PUT", "/v2/models/classify/infer", "POST"), ("GET", "/v2/models/classify/infer", "POST"),
    ("DELETE", "/v2/models/classify", "GET, HEAD"), ("POST", "/v2/health/live", "GET, HEAD"),
    ("POST", "/v2/models/classify", "GET, HEAD"),
  ])
  func wrongMethod(method: String, path: String, allowed: String) throws {
    let server = try Server("classify")
    let response = try server.connect().request(method, path)
    #expect(response.status == 405 && response.headers["allow"] == allowed && response.error.contains(method))
  }

  /// Whatever the method.
  @Test func whatIsNotThere() throws {
    let server = try Server("classify")
    let connection = try server.connect()
    let paths = [
      "/nothing", "/v1/models", "/v2/nothing", "/v2/health", "/v2/health/dead", "/v2/models/classify/nothing",
      "/v2/models/classify/infer/more", "/v2/repository/nothing", "*",
    ]
    for method in ["GET", "POST", "OPTIONS", "DELETE", "PATCH", "TRACE", "PROPFIND"] {
      for path in paths {
        let response = try connection.request(method, path)
        #expect(response.status == 404, "\(method) \(path): \(response.status)")
        #expect(response.error.contains("there is nothing at \(method) \(path)"), "\(response.error)")
      }
    }
    for (path, says) in [
      ("/v2/systemsharedmemory/status", "shared memory"),
      ("/v2/cudasharedmemory/region/a/register", "shared memory"),
      ("/v2/trace/setting", "--trace-rate"), ("/v2/models/classify/trace/setting", "--trace-rate"),
      ("/v2/logging", "log settings"), ("/v2/models/classify/generate", "/infer"),
    ] {
      let response = try connection.request("POST", path, body: Data("{}".utf8))
      #expect(response.status == 404 && response.error.contains(says), "\(path): \(response.error)")
    }
    #expect(try connection.request("OPTIONS", "/v2/models/classify").status == 405)
    #expect(try server.connect().request("CONNECT", "a.example:443").status == 404)
  }

  @Test func listsItsModels() throws {
    let folder = try RepositoryFolder()
    try folder.writeNetwork(3, of: "net")
    try folder.makeVersion("1", of: "empty")
    let server = try Server("classify", arguments: ["--repository", folder.path])
    for path in ["/v2/models", "/v2/models/", "/v2/models?x=1"] {
      let response = try server.get(path)
      let list = try JSONDecoder().decode([String: [[String: String]]].self, from: response.body)
      let models = try #require(list["models"])
      #expect(models.map { $0["name"] } == ["classify", "empty", "net"])
      #expect(models.map { $0["version"] } == ["1", "1", "3"])
      #expect(models.map { $0["state"] } == ["READY", "UNAVAILABLE", "READY"])
      #expect(models[1]["reason"]?.contains("neither pipeline.yaml nor model.onnx") == true)
    }
    let connection = try server.connect()
    #expect(try connection.request("HEAD", "/v2/models").status == 200)
    #expect(try connection.request("POST", "/v2/models").status == 405)
  }

  @Test func asksForTheBodyWhenTheClientWaits() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    let connection = try server.connect()
    var headers = [
      "Content-Type": "image/jpeg", "Content-Length": "\(image.count)", "Expect": "100-continue",
    ]
    try connection.sendHead("POST", "/v2/models/classify/infer", headers)
    #expect(try connection.response().status == 100)
    try connection.send(image)
    #expect(try connection.response().status == 200)

    headers["Content-Length"] = "100000000"
    let other = try server.connect()
    try other.sendHead("POST", "/v2/models/classify/infer", headers)
    #expect(try other.response().status == 413)
  }

  @Test func duplicateNames() throws {
    let run = try Drivetrain.run("serve", "classify", "classify", "--port", "0")
    #expect(run.exitCode == 1)
    #expect(run.errorLines.count == 1 && run.standardError.contains("two pipelines are named 'classify'"))
  }

  @Test func portInUse() throws {
    let server = try Server("classify")
    let run = try Drivetrain.run("serve", "classify", "--port", "\(server.port)", "--no-grpc")
    #expect(run.exitCode == 1)
    #expect(
      run.errorLines.count == 1 && run.standardError.contains("port \(server.port)"), "\(run.standardError)")
    #expect(run.standardError.contains("in use"))
    #expect(try server.get("/v2/health/live").status == 200)
  }

  @Test(arguments: ["no-such-host.invalid", "192.0.2.1"]) func wrongHost(host: String) throws {
    let run = try Drivetrain.run("serve", "classify", "--host", host, "--port", "0")
    #expect(run.exitCode == 1)
    #expect(run.errorLines.count == 1 && run.standardError.contains(host), "\(run.standardError)")
  }
}
