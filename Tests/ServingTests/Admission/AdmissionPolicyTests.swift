import Testing

@testable import Serving

@Suite struct AdmissionPolicyTests {
  private func snapshot(_ change: (inout AdmissionPolicy.Snapshot) -> Void = { _ in })
    -> AdmissionPolicy.Snapshot
  {
    var snapshot = AdmissionPolicy.Snapshot(
      inFlight: 10, concurrency: 20, workAhead: 1000, cost: 100, speed: 2, timeout: 10_000)
    change(&snapshot)
    return snapshot
  }

  @Test func admitsWhatCanBeAnsweredInTime() {
    #expect(AdmissionPolicy.refusal(snapshot()) == nil)
    #expect(AdmissionPolicy.refusal(snapshot { $0.timeout = 800 }) == nil)
  }

  @Test func refusesWhatCannot() throws {
    let refusal = try #require(AdmissionPolicy.refusal(snapshot { $0.timeout = 550 }))
    guard case .tooLate(let expected, 550) = refusal else {
      Issue.record("\(refusal)")
      return
    }
    #expect((600...750).contains(expected) && refusal.retryAfter == expected - 550)
    #expect(AdmissionPolicy.refusal(snapshot { ($0.timeout, $0.speed) = (550, 4) }) == nil)
  }

  /// Waiting is taken for a fifth longer than it is estimated, work for half.
  @Test(arguments: [(1000, 0, 600), (0, 100, 150), (1000, 100, 750)])
  func leavesMargins(ahead: UInt64, cost: UInt64, needed: UInt64) {
    let known = snapshot { ($0.workAhead, $0.cost, $0.timeout) = (ahead, cost, needed) }
    #expect(AdmissionPolicy.refusal(known) == nil)
    var shorter = known
    shorter.timeout -= 1
    #expect(AdmissionPolicy.refusal(shorter) == .tooLate(expected: needed, timeout: needed - 1))
  }

  @Test func refusesMoreThanTheLimit() {
    #expect(AdmissionPolicy.refusal(snapshot { $0.inFlight = 19 }) == nil)
    let refusal = AdmissionPolicy.refusal(snapshot { $0.inFlight = 20 })
    #expect(refusal == .full(concurrency: 20, retryAfter: 500))
  }

  @Test func admitsWhereNothingIsKnown() {
    #expect(AdmissionPolicy.refusal(snapshot { ($0.workAhead, $0.cost, $0.speed) = (0, 0, 0) }) == nil)
  }

  /// What was slow is tried again when nothing else is there.
  @Test func whoIsAloneIsTaken() {
    #expect(
      AdmissionPolicy.refusal(
        snapshot { ($0.inFlight, $0.cost, $0.workAhead, $0.timeout) = (0, 1 << 60, 1 << 60, 1) })
        == nil)
  }
}
