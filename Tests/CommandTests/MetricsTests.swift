import Basics
import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// What a real server tells Prometheus, read by Prometheus' own client.
@Suite struct MetricsTests {
  /// Prints what the parser found: [[family, type, sample, labels, value], …].
  private static let parser = """
    import json, sys
    if sys.argv[1] == "openmetrics":
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
    else:
        from prometheus_client.parser import text_string_to_metric_families as parse
    found = []
    for family in parse(open(sys.argv[2]).read()):
        assert family.documentation, family.name
        for sample in family.samples:
            found.append([family.name, family.type, sample.name, sample.labels, float(sample.value)])
    print(json.dumps(found))
    """

  private struct Sample {
    let type, name: String
    let labels: [String: String]
    let value: Double
  }

  private func parse(_ response: Response, _ format: String) throws -> [Sample] {
    let folder = try TemporaryFolder()
    let file = try folder.write(response.body, to: "metrics.txt")
    let python = try ChildProcess(
      try Repository.path(".deps/python/bin/python"), ["-c", Self.parser, format, file])
    guard try python.wait() == 0 else { throw ChildProcess.Failure(description: python.standardError) }
    let rows = try JSONSerialization.jsonObject(with: Data(python.standardOutput.utf8)) as? [[Any]] ?? []
    return try rows.map { row in
      Sample(
        type: try #require(row[1] as? String), name: try #require(row[2] as? String),
        labels: try #require(row[3] as? [String: String]), value: try #require(row[4] as? Double))
    }
  }

  @Test func reconcileWithWhatWasSent() throws {
    let folder = try TemporaryFolder()
    let platform = try folder.write("devices: {cpu: {watts: {idle: 10, full: 30}}}".utf8, to: "here.yaml")
    let server = try Server("classify", arguments: ["--platform", platform])
    let images = try ["small.jpg", "medium.jpg"].map { try Repository.image($0) }
    for image in images + [images[0]] { #expect(try server.infer(image).status == 200) }
    #expect(try server.infer(Data("no image".utf8)).status == 415)
    #expect(try server.infer(images[0], "no-such-model").status == 404)
    let response = try server.get("/metrics")
    #expect(response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let samples = try parse(response, "prometheus")
    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double {
      let fitting = samples.filter { sample in
        sample.name == name && labels.allSatisfy { sample.labels[$0] == $1 }
      }
      #expect(fitting.count == 1, "\(name) \(labels): \(fitting.count)")
      return try #require(fitting.first).value
    }
    #expect(try value("drivetrain_requests_total", ["outcome": "ok", "model": "classify"]) == 3)
    #expect(try value("drivetrain_requests_total", ["outcome": "invalid", "version": "1"]) == 1)
    #expect(try value("drivetrain_request_duration_seconds_count") == 3)
    for stage in [
      "decode", "resize", "normalise", "infer", "label", "queue", "transfer", "unattributed",
    ] { #expect(try value("drivetrain_stage_seconds_count", ["stage": stage]) == 3) }
    let parts = samples.filter { $0.name == "drivetrain_stage_seconds_sum" }.reduce(0) { $0 + $1.value }
    let whole = try value("drivetrain_request_duration_seconds_sum")
    #expect(abs(parts / whole - 1) < 0.1, "\(parts) s of \(whole) s")
    // The workers have done the warm-up too.
    #expect(try value("drivetrain_batch_size_sum", ["stage": "infer"]) >= 3)
    #expect(try value("drivetrain_images_total", ["size": "medium"]) == 1)
    #expect(try value("drivetrain_requests_in_flight") == 0)
    #expect(try value("drivetrain_queue_length", ["queue": "admission"]) == 0)
    #expect(try value("drivetrain_joules_total", ["source": "modelled"]) > 0)
    #expect(try value("process_resident_memory_bytes") > 1e6)
    #expect(try value("process_open_fds") > 3 && value("process_cpu_seconds_total") > 0)
    #expect(abs(try value("process_start_time_seconds") - Date().timeIntervalSince1970) < 120)
    #expect(!samples.contains { $0.labels.values.contains("no-such-model") })
    #expect(samples.allSatisfy { $0.type != "unknown" })

    let open = try server.connect().request(
      "GET", "/metrics",
      headers: ["Accept": "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5"])
    #expect(open.headers["content-type"]?.hasPrefix("application/openmetrics-text") == true)
    #expect(try parse(open, "openmetrics").contains { $0.name == "drivetrain_requests_total" })
    #expect(try server.connect().request("POST", "/metrics").status == 405)
    #expect(try server.terminate() == 0)
  }

  /// What the dashboard reads, whatever it is asked for.
  @Test(arguments: ["", "?since=18446744073709551615", "?since=-1", "?since=x&y", "?since=0"])
  func live(query: String) throws {
    let server = try Server("classify")
    _ = try server.infer(try Repository.image("small.jpg"))
    let response = try server.get("/v2/live" + query)
    #expect(response.status == 200)
    let report = try #require(try JSONSerialization.jsonObject(with: response.body) as? [String: Any])
    let pipelines = try #require(report["pipelines"] as? [[String: Any]])
    #expect(pipelines.count == 1 && pipelines[0]["name"] as? String == "classify")
    let steps = try #require(pipelines[0]["steps"] as? [[String: Any]])
    #expect(query.hasSuffix("5") ? steps.isEmpty : !steps.isEmpty)
    #expect((pipelines[0]["bottleneck"] as? [String: Any])?["source"] as? String == "measured")
  }
}
