import Testing
import Vision

@testable import Serving

@Suite struct ServiceTimesTests {
  private let second: UInt64 = 1_000_000_000
  private let millisecond: UInt64 = 1_000_000

  private func image(
    _ pixels: Int, bytes: Int = 500_000, _ format: ImageFormat = .png, _ coding: ImageCoding = .sequential
  ) -> RequestSize {
    var size = RequestSize(bytes: bytes, format: format)
    (size.pixels, size.coding) = (pixels, coding)
    return size
  }

  @Test func learnsTimesBySize() {
    var times = ServiceTimes()
    let (small, large) = (RequestSize(bytes: 5000), RequestSize(bytes: 8_000_000))
    #expect(times.estimate(small, at: 0) == 0)
    for _ in 0..<200 {
      times.record(small, duration: 4 * millisecond, at: 0)
      times.record(large, duration: 70 * millisecond, at: 0)
    }
    #expect((3_990_000...4_010_000).contains(times.estimate(RequestSize(bytes: 6000), at: 0)))
    #expect(times.estimate(RequestSize(bytes: 7_900_000), at: 0) > 69 * millisecond)
    // What is larger takes at least as long; what is smaller may take nothing.
    #expect(times.estimate(RequestSize(bytes: .max), at: 0) > 69 * millisecond)
    #expect(times.estimate(RequestSize(bytes: 500_000), at: 0) < 5 * millisecond)
    #expect(times.estimate(RequestSize(bytes: 1), at: 0) == 0)
    for _ in 0..<200 { times.record(small, duration: 8 * millisecond, at: 0) }
    #expect(times.least(small, at: 0) == 4 * millisecond)
    #expect(times.estimate(small, at: 0) > 7_900_000)
  }

  @Test func imagesAreKnownByPixelsAndFormat() {
    var times = ServiceTimes()
    let bomb = image(1 << 26, .png, .progressive)
    for _ in 0..<100 { times.record(bomb, duration: 2 * second, at: 0) }
    #expect(times.estimate(bomb, at: 0) == 2 * second)
    // Of the same bytes.
    for other in [
      image(1 << 18), image(1 << 26), image(1 << 26, .jpeg, .progressive), image(1 << 18, .png, .progressive),
    ] {
      #expect(times.estimate(other, at: 0) == 0)
    }
    times.record(image(1 << 18), duration: 15 * millisecond, at: 0)
    #expect(times.estimate(image(1 << 18), at: 0) == 15 * millisecond)
    // A head doesn't tell which of both it is.
    #expect(times.least(bomb.announced, at: 0) == 15 * millisecond)
    #expect(times.least(RequestSize(bytes: 500_000), at: 0) == 0)
  }

  @Test func whatIsOldCountsLess() {
    func mean(after pause: UInt64) -> UInt64 {
      var times = ServiceTimes()
      let size = image(1000)
      for _ in 0..<100 { times.record(size, duration: second, at: 0) }
      times.record(size, duration: 0, at: pause)
      return times.estimate(size, at: pause)
    }
    let means = (0..<10).map { mean(after: $0 * second) }
    #expect(means[0] > 900 * millisecond && means[9] < 600 * millisecond)
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(mean(after: 10 * second) == 0)
  }

  @Test func whatIsNotHeardOfIsForgotten() {
    var times = ServiceTimes()
    let size = image(1000)
    times.record(size, duration: second, at: 5)
    #expect(times.estimate(size, at: 10 * second + 4) == second)
    #expect(times.estimate(size, at: 10 * second + 5) == 0 && times.least(size, at: 10 * second + 5) == 0)
  }

  @Test func theShortestIsOfLate() {
    var times = ServiceTimes()
    let size = image(1000)
    for step in 0..<30 { times.record(size, duration: step == 0 ? 1 : 7, at: UInt64(step) * second) }
    #expect(times.least(size, at: 30 * second) == 7)
  }

  /// Every second, or a fourth of the time if it takes longer; but within the time after which it would be forgotten.
  @Test(arguments: [(0.001, 1.0), (0.2, 1), (1, 4), (100, 10)]) func asksForSamples(
    duration: Double, pause: Double
  ) {
    var times = ServiceTimes()
    let size = image(1000)
    let (end, first) = (UInt64(pause * 1e9), UInt64(0))
    #expect(times.wantsSample(size, at: first))
    times.record(size, duration: UInt64(duration * 1e9), at: first)
    #expect(!times.wantsSample(size, at: end - 1) && times.wantsSample(size, at: end))
    guard pause < 10 else { return }
    times.awaitSample(size, at: end)
    #expect(!times.wantsSample(size, at: end + 1))
  }
}
