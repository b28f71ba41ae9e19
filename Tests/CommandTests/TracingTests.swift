import Basics
import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// Spans that a collector gets, and what a server does without one.
@Suite struct TracingTests {
  /// A collector: checks what it gets, and answers as its first argument says. Prints its port, then a line for each export.
  private static let collector = """
    import http.server, json, re, sys, time
    mode = sys.argv[1]
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if mode == "slow":
                time.sleep(30)
            if mode == "broken":
                self.send_response(503); self.send_header("Content-Length", "0"); self.end_headers()
                print(json.dumps({"refused": True}), flush=True)
                return
            assert self.path == "/v1/traces", self.path
            assert self.headers["Content-Type"] == "application/json"
            for resource in body["resourceSpans"]:
                names = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}
                for scope in resource["scopeSpans"]:
                    for span in scope["spans"]:
                        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
                        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
                        begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
                        assert isinstance(span["startTimeUnixNano"], str) and begin <= end
                        assert abs(begin / 1e9 - time.time()) < 60
                        print(json.dumps({"name": span["name"], "trace": span["traceId"], "span": span["spanId"],
                            "parent": span.get("parentSpanId", ""), "begin": begin, "end": end,
                            "state": span.get("traceState", ""), "kind": span["kind"],
                            "service": names["service.name"]["stringValue"]}), flush=True)
            answer = b"{}"
            self.send_response(200); self.send_header("Content-Length", str(len(answer))); self.end_headers()
            self.wfile.write(answer)
        def log_message(self, *_): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  private struct Span: Decodable {
    let name, trace, span, parent, state, service: String
    let begin, end: Int
    let kind: Int
  }

  private final class Collector {
    let process: ChildProcess
    let url: String

    init(_ mode: String) throws {
      process = try ChildProcess("/usr/bin/python3", ["-c", TracingTests.collector, mode])
      let deadline = Date.now + 30
      while !process.standardOutput.contains("\n"), Date.now < deadline { usleep(10_000) }
      let port = process.standardOutput.prefix { $0 != "\n" }
      guard !port.isEmpty else { throw ChildProcess.Failure(description: process.standardError) }
      url = "http://127.0.0.1:\(port)"
    }

    var spans: [Span] {
      process.standardOutput.split(separator: "\n").dropFirst().compactMap {
        try? JSONDecoder().decode(Span.self, from: Data($0.utf8))
      }
    }
  }

  private func infer(_ server: Server, _ headers: [String: String] = [:]) throws -> Response {
    try server.connect().request(
      "POST", "/v2/models/classify/infer",
      headers: headers.merging(["Content-Type": "image/jpeg"]) { first, _ in first },
      body: try Repository.image("small.jpg"))
  }

  private func metric(_ server: Server, _ name: String) throws -> Double {
    let text = String(decoding: try server.get("/metrics").body, as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return try #require(line?.split(separator: " ").last.flatMap { Double($0) }, "\(name)")
  }

  private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func spansReachTheCollector() throws {
    let collector = try Collector("good")
    let server = try Server(
      "classify", arguments: ["--otlp-endpoint", collector.url],
      environment: ["OTEL_SERVICE_NAME": "front door"])
    let response = try infer(server, ["traceparent": Self.parent, "tracestate": "a=1"])
    let given = try #require(response.headers["traceparent"])
    #expect(response.headers["tracestate"] == "a=1")
    #expect(given.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") && given.hasSuffix("-01"))
    #expect(given != Self.parent)
    // Those that belong to nothing get a trace; those of a trace that isn't recorded are not exported.
    #expect(try infer(server).headers["traceparent"]?.hasSuffix("-03") == true)
    #expect(try infer(server, ["traceparent": String(Self.parent.dropLast()) + "0"]).status == 200)
    #expect(try infer(server, ["traceparent": "nonsense"]).headers["traceparent"] != nil)
    #expect(try server.terminate() == 0)  // The last ones are sent now, at the latest.

    let requests = collector.spans.filter { $0.name == "infer classify" }
    #expect(requests.count == 3, "\(collector.process.standardError)")
    let request = try #require(requests.first { $0.trace == "4bf92f3577b34da6a3ce929d0e0e4736" })
    #expect(request.parent == "00f067aa0ba902b7" && request.state == "a=1" && request.kind == 2)
    #expect(request.service == "front door" && given.contains(request.span))
    let stages = collector.spans.filter { $0.parent == request.span }
    #expect(
      ["decode", "resize", "normalise", "infer", "label"].allSatisfy { name in
        stages.contains { $0.name == name }
      })
    let computing = stages.filter { $0.name != "queue" && $0.name != "transfer" }
    #expect(computing.map(\.name) == ["decode", "resize", "normalise", "infer", "label"])
    for (first, second) in zip(stages, stages.dropFirst()) { #expect(first.end == second.begin) }
    #expect(stages.allSatisfy { $0.begin >= request.begin && $0.end <= request.end + 1_000_000 })
    #expect(Set(collector.spans.map(\.span)).count == collector.spans.count)
  }

  @Test func withoutACollectorContextIsPassedOn() throws {
    let server = try Server("classify")
    #expect(try infer(server, ["traceparent": Self.parent]).headers["traceparent"]?.hasSuffix("-01") == true)
    #expect(try infer(server).headers["traceparent"] == nil)
  }

  /// Nobody there, one that doesn't answer, and one that always fails: requests don't notice.
  @Test(arguments: ["away", "slow", "broken"]) func collectorsInTrouble(mode: String) throws {
    let collector = mode == "away" ? nil : try Collector(mode)
    let server = try Server(
      "classify", arguments: ["--otlp-endpoint", collector?.url ?? "http://127.0.0.1:9"])
    let connection = try server.connect()
    let image = try Repository.image("small.jpg")
    let begin = Date.now
    for _ in 0..<20 {
      let type = ["Content-Type": "image/jpeg"]
      #expect(
        try connection.request("POST", "/v2/models/classify/infer", headers: type, body: image).status == 200)
    }
    #expect(Date.now.timeIntervalSince(begin) < 60)
    if mode != "slow" {
      let deadline = Date.now + 60
      let dropped = #"drivetrain_spans_dropped_total{reason="unreachable"}"#
      while try metric(server, dropped) < 20 * 6, Date.now < deadline { usleep(100_000) }
      #expect(try metric(server, dropped) >= 20 * 6)
      let told = server.process.standardError.split(separator: "\n").filter {
        $0.contains("spans can't be sent")
      }
      #expect(told.count == 1, "\(server.process.standardError)")
    }
    #expect(try metric(server, "drivetrain_spans_exported_total") == 0)
    let end = Date.now
    #expect(try server.terminate() == 0)
    #expect(Date.now.timeIntervalSince(end) < 30)
  }

  @Test(arguments: [["--otlp-endpoint", "nowhere"], ["--trace-rate", "2"]]) func wrongOptions(
    arguments: [String]
  ) throws {
    let process = try ChildProcess(Drivetrain.path, ["serve", "classify"] + arguments)
    #expect(try process.wait() == 2)
    #expect(process.standardError.split(separator: "\n").count == 1, "\(process.standardError)")
  }

  @Test func writesATrace() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/serve.trace.json"
    let server = try Server("classify", arguments: ["--trace", file])
    #expect(try infer(server).status == 200)
    #expect(try server.terminate() == 0)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
    let events = try #require((object as? [String: Any])?["traceEvents"] as? [[String: Any]])
    #expect(events.contains { $0["name"] as? String == "decode" })
    #expect(events.contains { ($0["args"] as? [String: Any])?["name"] as? String == "classify" })
  }

  /// Every request is answered all the same, and then the server says what went wrong.
  @Test func fullDisk() throws {
    let server = try Server("classify", arguments: ["--trace", "/dev/full"])
    #expect(try infer(server).status == 200)
    #expect(try server.terminate() == 1)
    #expect(
      server.process.standardError.contains("can't write /dev/full: No space left on device"),
      "\(server.process.standardError)")
  }
}
