import Dataflow
import Testing

@testable import Planning

struct PairedComparisonTests {
  private func verdicts(_ ratios: [Double]) -> [PairedComparison.Verdict] {
    var comparison = PairedComparison()
    // What slows both down doesn't matter.
    return ratios.enumerated().map { round, ratio in
      let speed = round.isMultiple(of: 3) ? 50.0 : 100.0
      comparison.add(incumbent: speed, candidate: speed * ratio)
      return comparison.verdict
    }
  }

  @Test func betterAfterTwoStarts() {
    let verdicts = verdicts(Array(repeating: 1.02, count: 8))
    #expect(verdicts.dropLast().allSatisfy { $0 == .undecided } && verdicts.last == .better)
  }

  @Test func soonRejected() {
    #expect(verdicts([0.8, 0.85]) == [.undecided, .notBetter])
    #expect(verdicts([1.0, 0.99, 1.01, 1.0]).last == .notBetter)
    #expect(verdicts(Array(repeating: 1.01, count: 4)).last == .notBetter)
  }

  /// A good start is not believed if the next one is none.
  @Test func luckyStart() {
    #expect(verdicts([1.1, 1.1, 1.1, 1.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]).last == .notBetter)
  }

  /// What stays unclear is not taken in the end.
  @Test func unclear() {
    let verdicts = verdicts((0..<24).map { [1.1, 0.9, 1.02, 1.1][$0 % 4] })
    #expect(verdicts[7] == .undecided && verdicts[23] == .notBetter)
    #expect(!verdicts.contains(.better))
  }
}
