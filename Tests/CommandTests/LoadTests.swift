import Dataflow
import Foundation
import TestSupport
import Testing
import Wire

@Suite(.serialized) struct LoadTests {
  /// What `--json` prints, as the documentation promises it.
  private struct Report: Decodable {
    struct Latency: Decodable {
      let p50, p90, p99, max: Double?
    }

    let requests, ok: Int
    let errors: [String: Int]
    let throughput: Double?
    let latencyMs: Latency
    let stagesMs: [String: Double]?
    let inferenceOnlyThroughput, ratio: Double?
  }

  private let small: String
  private let medium: String

  init() throws {
    small = try Repository.path(".deps/images/small.jpg")
    medium = try Repository.path(".deps/images/medium.jpg")
  }

  private func load(_ arguments: [String]) throws -> Report {
    let process = try ChildProcess(Drivetrain.path, ["load"] + arguments + ["--json"])
    return try report(process)
  }

  private func report(_ process: ChildProcess) throws -> Report {
    #expect(try process.wait() == 0, "\(process.standardError)")
    #expect(process.standardError == "")
    let output = Data(process.standardOutput.utf8)
    let keys = try #require(JSONSerialization.jsonObject(with: output) as? [String: Any]).keys
    #expect(
      keys.sorted() == [
        "errors", "inference_only_throughput", "latency_ms", "ok", "ratio", "requests", "stages_ms",
        "throughput",
      ])
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: output)
  }

  @Test func closedLoop() throws {
    let server = try Server("classify")
    let report = try load([
      "http://127.0.0.1:\(server.port)/v2/models/classify", "--image", small, medium, "--concurrency", "4",
      "--duration", "2", "--warm-up", "0.5",
    ])
    #expect(report.requests > 10 && report.ok == report.requests && report.errors.isEmpty)
    let throughput = try #require(report.throughput)
    #expect(throughput > 0 && throughput <= Double(report.ok) / 2 + 0.001)
    let latency = try [
      report.latencyMs.p50, report.latencyMs.p90, report.latencyMs.p99, report.latencyMs.max,
    ].map {
      try #require($0)
    }
    #expect(latency == latency.sorted() && latency[0] > 1)
    let stages = try #require(report.stagesMs)
    let names = [
      "decode", "resize", "normalise", "infer", "label", "queue", "transfer", "unattributed", "total",
      "receive",
    ]
    #expect(Set(stages.keys) == Set(names))
    let sum = stages.filter { $0.key != "total" }.values.reduce(0, +)
    #expect(abs(sum - (stages["total"] ?? 0)) < 0.001 * sum)
    #expect(try #require(report.inferenceOnlyThroughput) > 0)
    #expect(try #require(report.ratio) == throughput / (report.inferenceOnlyThroughput ?? 1))
  }

  @Test func openLoop() throws {
    let server = try Server("classify")
    let report = try load([
      "http://127.0.0.1:\(server.port)/v2/models/classify/infer", "--image", small, medium, "--mix",
      "small=0.9,medium=0.1", "--rate", "20", "--arrivals", "uniform", "--duration", "2", "--warm-up", "0.5",
    ])
    #expect((39...41).contains(report.requests) && report.ok == report.requests)
    // Answers that came before the end; a busy machine is late with some.
    #expect((0.5...21).contains(try #require(report.throughput)))
  }

  /// A server that can't keep up is not asked less often.
  @Test(arguments: [["--rate", "3000", "--arrivals", "uniform"], ["--concurrency", "32"]])
  func refusedRequestsAreCounted(pacing: [String]) throws {
    let folder = try TemporaryFolder()
    let text = PipelineFile().text + "concurrency: 1\n"
    try PipelineFile().write(to: folder)
    let server = try Server(try folder.write(text.utf8, to: "busy.yaml"))
    let report = try load(
      [
        "http://127.0.0.1:\(server.port)/v2/models/tiny", "--image", medium, "--duration", "1", "--warm-up",
        "0",
      ]
        + pacing)
    if pacing[0] == "--rate" { #expect((2990...3000).contains(report.requests)) }
    #expect(try #require(report.errors["503"]) > 2 && report.ok > 2)
    #expect(report.requests == report.ok + report.errors.values.reduce(0, +))
  }

  /// Killed and started again under the load: errors in the gap only.
  @Test func aServerThatComesBack() throws {
    let folder = try TemporaryFolder()
    let tiny = try PipelineFile().write(to: folder)
    let server = try Server(tiny)
    let process = try ChildProcess(
      Drivetrain.path,
      [
        "load", "http://127.0.0.1:\(server.port)/v2/models/tiny", "--image", small, "--concurrency", "4",
        "--duration", "6", "--warm-up", "0", "--json",
      ])
    sleep(1)
    server.process.signal(SIGKILL)
    #expect(try server.process.wait() == -9)
    let again = try Server(tiny, arguments: ["--port", "\(server.port)"])
    let report = try report(process)
    #expect(again.port == server.port)
    #expect(Array(report.errors.keys) == ["connection"], "\(report.errors)")
    #expect(report.ok > 100 && report.ok + (report.errors["connection"] ?? 0) == report.requests)
  }

  @Test func interrupted() throws {
    let server = try Server("classify")
    let process = try ChildProcess(
      Drivetrain.path,
      [
        "load", "http://127.0.0.1:\(server.port)/v2/models/classify", "--image", small, "--concurrency", "2",
        "--duration", "600", "--warm-up", "0", "--json",
      ])
    sleep(2)
    process.signal(SIGINT)
    let report = try report(process)
    #expect(report.ok > 0 && report.ok == report.requests && report.inferenceOnlyThroughput == nil)
  }

  @Test func forHumans() throws {
    let server = try Server("classify")
    let run = try Drivetrain.run(
      "load", "http://127.0.0.1:\(server.port)/v2/models/classify", "--image", small, "--concurrency", "2",
      "--duration", "1", "--warm-up", "0")
    #expect(run.exitCode == 0 && run.standardError == "")
    for text in ["requests/s", "p99", "in the server", "decode", "█", "inference only", "CPU time a request"]
    {
      #expect(run.standardOutput.contains(text), "\(text) is missing in \(run.standardOutput)")
    }
  }

  /// Only one measurement at a time has the cores to itself.
  @Test func inferenceOnly() throws {
    let server = try Server("classify")
    let image = try Data(contentsOf: URL(filePath: small))
    func ask(_ query: String) throws -> Response {
      try server.connect().request("POST", "/v2/models/classify/inference-only\(query)", body: image)
    }
    let answers = concurrently(2) { _ in
      try server.connect().request("POST", "/v2/models/classify/inference-only?seconds=1", body: image)
    }
    #expect(try answers.map { try $0.get().status }.sorted() == [200, 409])
    #expect(try ask("?seconds=0.2").status == 200)
    for query in ["?seconds=0", "?seconds=11", "?seconds=x", "?seconds=nan", "?s=1"] {
      #expect(try ask(query).status == 400)
    }
    #expect(try server.get("/v2/models/classify/inference-only").status == 405)
  }

  // MARK: mistakes

  private func mistake(_ arguments: String..., image: String? = nil) throws -> (code: Int, says: String) {
    let process = try ChildProcess(
      Drivetrain.path, ["load"] + arguments + ["--image", image ?? small, "--duration", "1"])
    let code = try process.wait()
    #expect(process.standardOutput == "" && process.standardError.split(separator: "\n").count == 1)
    return (code, process.standardError)
  }

  @Test func aServerThatIsNotThere() throws {
    let server = try Server("classify")
    let (port, _) = (server.port, try server.terminate())
    let result = try mistake("http://127.0.0.1:\(port)/v2/models/classify", "--concurrency", "1")
    #expect(
      result.code == 1 && result.says.contains("there is no server at 127.0.0.1:\(port)"), "\(result.says)")
    #expect(result.says.contains("Connection refused"), "\(result.says)")
  }

  @Test func wrongURLs() throws {
    let server = try Server("classify")
    let unknown = try mistake("http://127.0.0.1:\(server.port)/v2/models/clasify", "--concurrency", "1")
    #expect(unknown.code == 1 && unknown.says.contains("there is classify"), "\(unknown.says)")
    let scheme = try mistake("ftp://127.0.0.1/v2/models/a", "--concurrency", "1")
    #expect(scheme.code == 1 && scheme.says.contains("http:// and https://"), "\(scheme.says)")
    let none = try mistake("classify", "--concurrency", "1")
    #expect(none.code == 1 && none.says.contains("no URL"), "\(none.says)")
  }

  @Test func wrongOptions() throws {
    let url = "http://127.0.0.1:1/v2/models/a"
    for (arguments, says) in [
      ([], "either --concurrency or --rate"), (["--concurrency", "1", "--rate", "1"], "either"),
      (["--concurrency", "0"], "--concurrency"), (["--rate", "0"], "--rate"), (["--rate", "nan"], "--rate"),
      (["--concurrency", "1", "--arrivals", "uniform"], "--arrivals"),
      (["--rate", "1", "--arrivals", "never"], "--arrivals"),
      (["--concurrency", "1", "--warm-up", "-1"], "--warm-up"),
    ] {
      let process = try ChildProcess(
        Drivetrain.path, ["load", url, "--image", small, "--duration", "1"] + arguments)
      #expect(try process.wait() == 2)
      #expect(process.standardError.contains(says), "\(process.standardError)")
    }
    let mix = try mistake(url, "--concurrency", "1", "--mix", "smal=1")
    #expect(mix.code == 1 && mix.says.contains("did you mean 'small'?"), "\(mix.says)")
    let image = try mistake(url, "--concurrency", "1", image: "Package.swift")
    #expect(image.code == 1 && image.says.contains("Package.swift"), "\(image.says)")
  }

  /// A network's own input, over TLS.
  @Test func tensorsOverTLS() throws {
    let folder = try TemporaryFolder()
    let array = folder.path + "/x.npy"
    let identity = try ServerIdentity(in: folder)
    let network = try WideNetwork()
    let server = try Server(network.model, arguments: identity.arguments)
    let description = try ChildProcess(
      "/usr/bin/curl", ["-sk", "https://127.0.0.1:\(server.port)/v2/models/wide"])
    try #require(description.wait() == 0)
    struct Model: Decodable {
      struct Tensor: Decodable { let name: String, shape: [Int] }
      let inputs: [Tensor]
    }
    let input = try #require(
      try JSONDecoder().decode(Model.self, from: Data(description.standardOutput.utf8)).inputs.first)
    let shape = input.shape.map { "\($0 < 0 ? 2 : $0)" }.joined(separator: ",")
    let python = try ChildProcess(
      Repository.path(".deps/python/bin/python"),
      ["-c", "import numpy; numpy.save('\(array)', numpy.zeros((\(shape),), 'f4'))"])
    try #require(python.wait() == 0, "\(python.standardError)")
    let usual = [
      "https://127.0.0.1:\(server.port)", "--input", "\(input.name)=\(array)", "--concurrency", "2",
      "--duration", "1",
      "--warm-up", "0.1",
    ]
    let report = try load(usual + ["--cacert", identity.certificate])
    #expect(report.ok > 0 && report.ok == report.requests)
    #expect(try load(usual + ["--insecure"]).ok > 0)
    let untrusted = try Drivetrain.run(arguments: ["load"] + usual)
    #expect(
      untrusted.exitCode == 1 && untrusted.standardError.contains("--cacert"), "\(untrusted.standardError)")
    let wrong = try Drivetrain.run(
      arguments: [
        "load", usual[0], "--input", "y=\(array)", "--concurrency", "1", "--duration", "1", "--insecure",
      ])
    #expect(wrong.exitCode == 1 && wrong.standardError.contains("input"), "\(wrong.standardError)")
  }
}
