import Testing

@testable import Dataflow
@testable import Planning

@Suite struct DriftTests {
  private let levels = [100.0, 110, 95, 102]

  /// Each thing where the machine is as usual.
  @Test func isTakenOut() {
    let drift = [1, 0.9, 0.8, 1, 1.1, 1, 0.7]
    var values: [[Double?]] = levels.map { level in drift.map { level * $0 } }
    // What doesn't count, and what something else has disturbed.
    (values[0][2], values[1][0], values[3][6], values[2][4]) = (nil, nil, nil, nil)
    values[1][3] = 20
    for (row, level) in zip(withoutDrift(values), levels) {
      #expect(row.filter { abs($0 / level - 1) < 1e-6 }.count >= 5, "\(row)")
      #expect(abs((Measurement(of: row)?.median ?? 0) / level - 1) < 1e-6, "\(row)")
    }
  }

  /// By turns that don't count for all, medians alone would compare one's slow turns with another's fast ones.
  @Test func comparesWithinTurns() {
    let drift = [1, 1, 1, 0.8, 0.8, 0.8, 0.8]
    var values: [[Double?]] = levels.map { level in drift.map { level * $0 } }
    for turn in 0..<3 { values[1][turn] = nil }
    let medians = withoutDrift(values).compactMap { Measurement(of: $0)?.median }
    for index in levels.indices {
      #expect(abs(medians[index] / medians[0] - levels[index] / levels[0]) < 1e-6, "\(medians)")
    }
  }

  @Test func nothingToCompare() {
    #expect(withoutDrift([]).isEmpty)
    #expect(withoutDrift([[nil, nil], [nil, nil]]) == [[], []])
    #expect(withoutDrift([[], []]) == [[], []])
    let alone = withoutDrift([[2.0, 4, 3]]).flatMap(\.self)
    #expect(alone.allSatisfy { abs($0 - 3) < 1e-9 }, "\(alone)")
  }
}
