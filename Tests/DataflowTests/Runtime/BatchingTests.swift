import Testing

@testable import Dataflow

struct BatchingTests {
  private let batching = Batching(maximum: 4, delay: 10)

  @Test(
    arguments: [
      (0, nil, 5, Batching.Decision.wait(until: nil)),
      (1, 5, 5, .wait(until: 15)),
      (3, 5, 14, .wait(until: 15)),
      (3, 5, 15, .take(3)),
      (4, 5, 5, .take(4)),
      (9, 5, 99, .take(4)),
    ] as [(Int, Double?, Double, Batching.Decision)])
  func decides(ready: Int, since: Double?, now: Double, decision: Batching.Decision) {
    #expect(batching.decide(ready: ready, since: since, now: now) == decision)
  }

  @Test func withoutDelayNobodyWaits() {
    #expect(Batching(maximum: 8, delay: 0).decide(ready: 1, since: 3, now: 3) == .take(1))
  }
}
