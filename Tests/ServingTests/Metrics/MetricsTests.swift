import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Serving

@Suite struct MetricsTests {
  private func attribution(_ times: [Nanoseconds]) -> Attribution {
    var events: [TraceEvent] = []
    var begin: Nanoseconds = 1000
    for (stage, time) in times.enumerated() {
      events.append(
        TraceEvent(item: 1, stage: stage, ready: begin, begin: begin + 100, end: begin + 100 + time))
      begin += 100 + time
    }
    return Attribution(of: events, stages: ["decode", "infer"], from: 1000, to: begin)
  }

  private func record(
    _ outcome: RequestRecord.Outcome = .ok, model: String = "m", version: Int = 1,
    took: Nanoseconds = 5_000_000, pixels: Int? = 50_000, at completion: Nanoseconds = 10_000_000_000
  ) -> RequestRecord {
    RequestRecord(
      model: model, version: version, outcome: outcome, arrival: completion - took, completion: completion,
      parts: [
        RequestRecord.Part(
          bytes: 1234, pixels: pixels,
          attribution: outcome == .ok ? attribution([1_000_000, 3_000_000]) : nil)
      ])
  }

  private func metrics() -> Metrics { Metrics(pipelines: { [] }, time: ManualTime()) }

  @Test func histogramsCountUpToTheirBounds() {
    var histogram = Histogram(bounds: [10, 20])
    for value in [0, 10, 11, 20, 21, 1000] as [UInt64] { histogram.add(value) }
    #expect(histogram.counts == [2, 2, 2] && histogram.sum == 1062)
    #expect(Histogram.times.first == 10_000 && Histogram.times.last == 10_000_000_000)
    #expect(Histogram.times == Histogram.times.sorted() && Histogram.times.count == 19)
  }

  @Test func countsByOutcomeSizeAndStage() {
    let metrics = metrics()
    for _ in 0..<3 { metrics.record(record()) }
    metrics.record(record(.refused))
    metrics.record(record(.ok, pixels: 3_000_000))
    let text = metrics.text(.prometheus)
    for line in [
      #"drivetrain_requests_total{model="m",version="1",outcome="ok"} 4"#,
      #"drivetrain_requests_total{model="m",version="1",outcome="refused"} 1"#,
      #"drivetrain_requests_total{model="m",version="1",outcome="failed"} 0"#,
      #"drivetrain_images_total{model="m",size="small"} 4"#,
      #"drivetrain_images_total{model="m",size="large"} 1"#,
      #"drivetrain_stage_seconds_bucket{model="m",stage="decode",le="0.001"} 4"#,
      #"drivetrain_stage_seconds_bucket{model="m",stage="decode",le="0.0005"} 0"#,
      #"drivetrain_stage_seconds_sum{model="m",stage="infer"} 0.012"#,
      #"drivetrain_stage_seconds_count{model="m",stage="queue"} 4"#,
      #"drivetrain_request_duration_seconds_count{model="m"} 4"#,
    ] { #expect(text.contains("\n" + line + "\n"), "\(line)") }
    #expect(!text.contains("joules"), "nobody knows what was drawn")
  }

  @Test func namesAreEscaped() {
    let metrics = metrics()
    metrics.record(record(model: "a\"b\\c\nd"))
    #expect(metrics.text(.prometheus).contains(#"{model="a\"b\\c\nd",version="1",outcome="ok"} 1"#))
  }

  @Test func openMetrics() {
    #expect(
      MetricsText.Format(accept: "application/openmetrics-text;version=1.0.0;q=0.5,*/*") == .openMetrics)
    #expect(MetricsText.Format(accept: nil) == .prometheus)
    let text = metrics().text(.openMetrics)
    #expect(text.hasSuffix("\n# EOF\n") && text.contains("# TYPE drivetrain_requests counter\n"))
  }

  @Test func timeSeriesHaveAnEnd() {
    let metrics = metrics()
    for version in 1...200 { metrics.record(record(version: version)) }
    for model in 0..<1100 { metrics.record(record(model: "model \(model)")) }
    let models = metrics.snapshot().models
    #expect(models.count == Metrics.maximumModels)
    #expect(models["m"]?.requests.count == ModelMetrics.maximumVersions + 1)
    #expect(models["m"]?.outcomes.reduce(0, +) == 200)
  }

  /// What the hot path may cost; in a debug build several times as much.
  @Test func recordingIsCheap() {
    let (metrics, record) = (metrics(), record())
    metrics.record(record)
    let clock = MonotonicTime()
    let best =
      (0..<20).map { _ -> Nanoseconds in
        let begin = clock.now
        for _ in 0..<500 { metrics.record(record) }
        return (clock.now - begin) / 500
      }.min() ?? 0
    #if DEBUG
      #expect(best < 100_000, "\(best) ns")
    #else
      #expect(best < 2000, "\(best) ns")
    #endif
    print("a record takes \(best) ns")
  }

  @Test func energyNeverGoesDown() {
    let cpu = Platform.local.devices[0]
    let processor = cpu.processor
    let platform = Platform(devices: [cpu], power: Power([processor: Power.Watts(idle: 10, full: 30)]))
    let time = ManualTime()
    let counter = EnergyCounter { EnergyMeter(on: platform, counters: nil, time: time) }
    final class Hosted {}
    let (first, second) = (Hosted(), Hosted())
    time.advance(by: 1_000_000_000)
    #expect(counter.read([(ObjectIdentifier(first), [processor: 0.5])])?.joules == 10 + 20 * 0.5)
    // The first has gone, and another begins from nothing.
    #expect(counter.read([(ObjectIdentifier(second), [processor: 0.1])])?.joules == 10 + 20 * 0.6)
    #expect(counter.read([])?.joules == 10 + 20 * 0.6)
  }
}
