import Testing

@testable import Load

@Suite struct LoadTallyTests {
  private let millisecond: UInt64 = 1_000_000

  @Test func countsWhatBeganInTheWindow() throws {
    var tally = LoadTally(window: (1000 * millisecond)..<(2000 * millisecond))
    // Began in the warm-up: its answer counts for the throughput alone.
    tally.record(.ok(timing: nil), since: 999 * millisecond, now: 1010 * millisecond)
    tally.record(.ok(timing: "infer;dur=8, total;dur=9"), since: 1000 * millisecond, now: 1020 * millisecond)
    tally.record(.status(503), since: 1500 * millisecond, now: 1501 * millisecond)
    tally.record(.failed(.connection), since: 1500 * millisecond, now: 1501 * millisecond)
    tally.record(.failed(.connection), since: 1600 * millisecond, now: 1601 * millisecond)
    // Answered too late for the throughput; its latency counts all the same.
    tally.record(
      .ok(timing: "infer;dur=10, total;dur=11"), since: 1999 * millisecond, now: 2099 * millisecond)
    tally.record(.ok(timing: nil), since: 2000 * millisecond, now: 2010 * millisecond)
    #expect(tally.requests == 5 && tally.ok == 2)
    #expect(tally.errors == ["503": 1, "connection": 2])
    #expect(tally.throughput == 2)
    #expect(tally.latency.count == 2 && tally.latency.maximum == 100 * millisecond)
    #expect(tally.serverLatency.maximum == 11 * millisecond)
    #expect(tally.stages.means.map(\.milliseconds) == [9, 10])
  }

  @Test func cutShort() {
    var tally = LoadTally(window: 1000..<2000)
    tally.cut(at: 1500)
    #expect(tally.window == 1000..<1500)
    tally.cut(at: 400)
    #expect(tally.window.isEmpty && tally.throughput == nil)
  }
}
