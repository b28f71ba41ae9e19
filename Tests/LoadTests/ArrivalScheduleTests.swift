import Basics
import Testing

@testable import Load

@Suite struct ArrivalScheduleTests {
  private func gaps(_ spacing: LoadPacing.Arrivals, count: Int, seed: UInt64 = 1) -> [Double] {
    var schedule = ArrivalSchedule(rate: 1000, spacing, seed: seed, begin: 5_000_000)
    var (gaps, previous): ([Double], Nanoseconds) = ([], 5_000_000)
    for _ in 0..<count {
      guard let time = schedule.next() else { break }
      gaps.append(Double(time - previous) / 1e6)
      previous = time
    }
    return gaps
  }

  @Test func uniform() { #expect(gaps(.uniform, count: 100).allSatisfy { abs($0 - 1) < 1e-5 }) }

  /// Exponential gaps: mean and standard deviation are the same, and e⁻¹ of them are longer than the mean.
  @Test func poisson() {
    let gaps = gaps(.poisson, count: 40_000)
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    #expect(abs(mean - 1) < 0.02 && abs(variance.squareRoot() - 1) < 0.03)
    #expect(abs(Double(gaps.count { $0 > 1 }) / Double(gaps.count) - 0.3679) < 0.01)
  }

  @Test func seeds() {
    #expect(gaps(.poisson, count: 10) == gaps(.poisson, count: 10))
    #expect(gaps(.poisson, count: 10) != gaps(.poisson, count: 10, seed: 2))
  }

  /// A copy goes its own way from where it was made.
  @Test func copies() {
    var schedule = ArrivalSchedule(rate: 50, .poisson, seed: 9, begin: 0)
    _ = schedule.next()
    var copy = schedule
    let ahead = (0..<20).map { _ in schedule.next() }
    #expect((0..<20).map { _ in copy.next() } == ahead)
  }
}
