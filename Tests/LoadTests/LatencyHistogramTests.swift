import Basics
import Foundation
import TestSupport
import Testing

@testable import Load

@Suite struct LatencyHistogramTests {
  /// Against sorting, over nine decades.
  @Test func quantilesAreCloseToTheTruth() throws {
    var random = SeededGenerator(seed: 3)
    var (histogram, durations) = (LatencyHistogram(), [Nanoseconds]())
    for _ in 0..<20_000 {
      let exponent = Double.random(in: 0...10, using: &random)
      let duration = Nanoseconds(pow(10, exponent))
      durations.append(duration)
      histogram.record(duration)
    }
    durations.sort()
    for part in [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999] {
      let truth = Double(durations[Int((part * Double(durations.count)).rounded(.up)) - 1])
      let found = Double(try #require(histogram.quantile(part)))
      #expect(abs(found - truth) <= 0.004 * truth, "\(part): \(found), not \(truth)")
    }
    #expect(histogram.maximum == durations.last && histogram.count == durations.count)
  }

  @Test func everyDurationIsFoundAgain() throws {
    var durations = (0..<700).map { Nanoseconds($0) }
    for bit in 8..<42 {
      let power = Nanoseconds(1) << Nanoseconds(bit)
      durations += [power - 1, power, power + 1]
    }
    for duration in durations {
      var histogram = LatencyHistogram()
      histogram.record(duration)
      let found = try #require(histogram.quantile(0.5))
      let error = found > duration ? found - duration : duration - found
      #expect(Double(error) <= 0.004 * Double(duration), "\(duration) became \(found)")
    }
  }

  @Test func extremes() {
    var histogram = LatencyHistogram()
    #expect(histogram.quantile(0.5) == nil && histogram.maximum == nil)
    histogram.record(.max)
    histogram.record(0)
    #expect(histogram.quantile(0) == 0 && histogram.maximum == .max && histogram.count == 2)
  }
}
