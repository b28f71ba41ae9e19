import Basics
import Dataflow
import Foundation
import Planning

/// The dashboard's data, requested every second: `GET /v2/live`.
struct LiveReport {
  let metrics: Metrics
  let failures: [ServerLog.Failure]
  /// The client already knows the steps before this one.
  let since: UInt64

  /// - Parameters:
  ///   - query: of the request, `since=STEP` or nothing.
  ///   - failures: the latest failed requests.
  init(_ metrics: Metrics, query: Substring?, failures: [ServerLog.Failure] = []) {
    self.metrics = metrics
    self.failures = failures
    let since = query?.split(separator: "&").first { $0.hasPrefix("since=") }
    self.since = since.flatMap { UInt64($0.dropFirst("since=".utf8.count)) } ?? 0
  }

  func json() -> String {
    let (pipelines, models) = metrics.snapshot()
    let now = metrics.time.now
    var json = JSONText(capacity: 4096)
    json.object { json in
      json.value("version", Version.current)
      json.value("unix_time", Date().timeIntervalSince1970)
      json.value("monotonic", Double(now) / 1e9)
      json.value("step", Int(LiveWindow.step(of: now)))
      json.value("step_seconds", Int(LiveWindow.seconds))
      json.value("steps_kept", LiveWindow.length)
      if let process = ProcessStatistics() {
        json.object("process") { json in
          json.value("start_time", process.startSeconds)
          json.value("resident_bytes", Int(process.residentBytes))
          json.value("cpu_seconds", process.cpuSeconds)
        }
      }
      if let (joules, source) = metrics.energy() {
        json.object("energy") { json in
          json.value("joules", joules)
          json.value("source", source.rawValue)
        }
      }
      json.array("outcomes") { json in
        for outcome in RequestRecord.Outcome.allCases { json.value(nil, outcome.rawValue) }
      }
      json.array("failures") { json in
        for failure in failures.reversed() {
          json.object { json in
            json.value("unix_time", failure.unixTime)
            failure.line.write(to: &json)
          }
        }
      }
      json.array("pipelines") { json in
        for pipeline in pipelines {
          json.object { json in
            write(pipeline, to: &json)
            if let model = models[pipeline.name] { write(model, at: now, to: &json) }
          }
        }
      }
    }
    return json.text
  }

  private func write(_ pipeline: PipelineSnapshot, to json: inout JSONText) {
    json.value("name", pipeline.name)
    json.value("version", pipeline.version)
    json.value("in_flight", pipeline.inFlight)
    json.array("queues") { json in
      for queue in pipeline.queues {
        json.object { json in
          json.value("stage", queue.stage)
          json.value("length", queue.length)
        }
      }
    }
    json.array("placements") { json in
      for placement in pipeline.plan.placements {
        json.object { json in
          json.array("stages") { json in
            for stage in placement.stages { json.value(nil, stage) }
          }
          json.value("device", placement.device)
          json.value("instances", placement.instances)
          json.value("batch", placement.batch)
        }
      }
    }
    json.array("stages") { json in
      for stage in pipeline.occupancy.stages {
        json.object { json in
          json.value("name", stage.name)
          json.value("busy_seconds", Double(stage.compute + stage.transfer) / 1e9)
          // The plan's values, where it has any.
          let placement = pipeline.plan.placements.first { $0.stages.contains(stage.name) }
          if let implementation = placement?.implementations[stage.name] {
            json.value("implementation", implementation)
          }
          if let device = placement?.devices[stage.name] { json.value("device", device) }
        }
      }
    }
    guard let bottleneck = pipeline.prediction?.bottleneck ?? pipeline.busiest else { return }
    json.object("bottleneck") { json in
      json.value("name", bottleneck)
      json.value("source", pipeline.prediction == nil ? "measured" : "predicted")
      if let prediction = pipeline.prediction {
        json.value("throughput", prediction.throughput)
        json.value("latency_ms", prediction.latency * 1000)
      }
    }
  }

  private func write(_ model: ModelMetrics, at now: Nanoseconds, to json: inout JSONText) {
    let last = LiveWindow.step(of: now)
    json.array("total") { json in for count in model.outcomes { json.value(nil, Int(count)) } }
    json.array("parts") { json in for part in model.parts { json.value(nil, part) } }
    json.object("last_minute") { json in
      let first = last - min(last, 60 / LiveWindow.seconds)
      var latencies = LatencyDistribution()
      for step in model.live.steps(from: first, through: last) { latencies.add(step.latencies) }
      json.value("answered", latencies.count)
      write(latencies, to: &json)
    }
    json.array("steps") { json in
      for step in model.live.steps(from: since, through: last) {
        json.object { json in
          json.value("step", Int(step.number ?? 0))
          json.array("outcomes") { json in for count in step.outcomes { json.value(nil, Int(count)) } }
          write(step.latencies, to: &json)
          // The mean of an image, or a set of tensors.
          json.array("parts_ms") { json in
            for time in step.times { json.value(nil, Double(time) / 1e6 / Double(max(step.items, 1))) }
          }
        }
      }
    }
  }

  private func write(_ latencies: LatencyDistribution, to json: inout JSONText) {
    guard latencies.count > 0 else { return }
    json.object("latency_ms") { json in
      for (name, part) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        json.value(name, (latencies.percentile(part) ?? 0) / 1e6)
      }
      json.value("max", Double(latencies.maximum) / 1e6)
    }
  }
}
