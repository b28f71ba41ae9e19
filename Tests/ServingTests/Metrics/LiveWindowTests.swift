import Basics
import Dataflow
import TestSupport
import Testing

@testable import Serving

@Suite struct LiveWindowTests {
  private let second: Nanoseconds = 1_000_000_000

  @Test func percentilesAreTrueToFivePercent() throws {
    var random = SeededGenerator(seed: 3)
    var latencies = LatencyDistribution()
    #expect(latencies.percentile(0.5) == nil)
    let times = (0..<5000).map { _ in Nanoseconds.random(in: 20_000...40_000_000, using: &random) }.sorted()
    for time in times { latencies.add(time) }
    for part in [0.01, 0.5, 0.9, 0.99, 1] {
      let expected = Double(times[max(0, Int(part * 5000) - 1)])
      let found = try #require(latencies.percentile(part))
      #expect(abs(found / expected - 1) < 0.05, "\(part): \(found), not \(expected)")
    }
    latencies.clear()
    // Of the first step nothing is known but that it begins at 0.
    for time: Nanoseconds in [1, 1_000_000_000] { latencies.add(time) }
    #expect((1_000..<20_000).contains(try #require(latencies.percentile(0.5))))
    latencies.clear()
    for extreme in [0, 1, UInt64.max] { latencies.add(extreme) }
    #expect(latencies.percentile(1) == Double(UInt64.max) || latencies.maximum == .max)
  }

  @Test func oldStepsGiveWay() {
    var window = LiveWindow()
    for time in 0..<500 { window.add(0, latency: 1_000_000, at: Nanoseconds(time) * second) }
    let steps = window.steps(from: 0, through: LiveWindow.step(of: 499 * second))
    #expect(steps.count == LiveWindow.length && steps.allSatisfy { $0.outcomes[0] == 2 })
    #expect(steps.last?.number == 249 && steps.first?.number == 130)
    #expect(window.steps(from: 249, through: 249).count == 1)
    #expect(window.steps(from: .max, through: 249).isEmpty)
    // What takes an old one's place begins with nothing.
    let (old, new) = (499 * second, (499 + LiveWindow.seconds * UInt64(LiveWindow.length)) * second)
    window.add(5, part: 0, at: old)
    window.add(7, part: 0, at: new)
    #expect(window.steps(from: 0, through: LiveWindow.step(of: new)).last?.times == [7])
    // A pause empties it.
    #expect(window.steps(from: 0, through: 10_000).isEmpty)
  }
}
