import Dataflow
import Planning
import Testing
import Vision

private typealias Knob = ServingSettings.Knob

@Suite struct KnobSearchTests {
  private static let start: [Knob: Int] = [
    .preprocessingInstances: 2, .inferenceInstances: 2, .preprocessingBatch: 1, .inferenceBatch: 1,
    .preprocessingDelay: 0, .inferenceDelay: 0,
  ]
  private static let ladders: [Knob: [Int]] = [
    .preprocessingInstances: [1, 2, 3, 4], .inferenceInstances: [1, 2, 3, 4],
    .inferenceBatch: [1, 2, 4, 8, 16], .inferenceDelay: [0, 500, 1000, 2000],
  ]

  /// Best at one worker that infers batches of 8 and waits 1 ms for them, and four that prepare.
  private static func surface(_ knobs: [Knob: Int]) -> Double {
    func distance(_ knob: Knob, _ best: Double, _ scale: Double) -> Double {
      abs(Double(knobs[knob] ?? 0) - best) / scale
    }
    return 100 - 10 * distance(.inferenceInstances, 1, 1) - 5 * distance(.preprocessingInstances, 4, 1)
      - 10 * distance(.inferenceBatch, 8, 8) - 5 * distance(.inferenceDelay, 1000, 1000)
  }

  /// Searches with true values.
  private func search(_ search: inout KnobSearch, _ value: ([Knob: Int]) -> Double) -> [KnobSearch.Candidate]
  {
    var asked: [KnobSearch.Candidate] = []
    while let candidate = search.next() {
      asked.append(candidate)
      search.decide(isBetter: value(candidate.knobs) > value(search.best))
    }
    return asked
  }

  @Test func findsTheBestAndEnds() {
    var search = KnobSearch(from: Self.start, ladders: Self.ladders)
    let asked = self.search(&search, Self.surface)
    #expect(search.best[.inferenceInstances] == 1 && search.best[.preprocessingInstances] == 4)
    #expect(search.best[.inferenceBatch] == 8 && search.best[.inferenceDelay] == 1000)
    #expect(search.best[.preprocessingBatch] == 1)
    #expect(Set(asked.map(\.knobs)).count == asked.count, "nothing is asked twice")
    #expect(!asked.contains { $0.knobs == Self.start })
    #expect(asked.count < 30)
  }

  /// A knob that is better turned further is turned further at once, and each by one step.
  @Test func stepsAreNeighbours() {
    var search = KnobSearch(from: Self.start, ladders: Self.ladders)
    for candidate in self.search(&search, Self.surface) {
      let ladder = Self.ladders[candidate.turned[0]] ?? []
      let positions = (ladder.firstIndex(of: candidate.from), ladder.firstIndex(of: candidate.value))
      #expect(abs((positions.0 ?? 9) - (positions.1 ?? 0)) == 1, "\(candidate)")
    }
  }

  /// Nothing waits for a batch of one, so that its delay is not tried, and gone when the batch is.
  @Test func delaysOfBatchesOnly() {
    var search = KnobSearch(from: Self.start, ladders: Self.ladders)
    let asked = self.search(&search) { 100 - Double($0[.inferenceBatch] ?? 0) }
    #expect(!asked.contains { $0.turned == [.inferenceDelay] } && search.best == Self.start)

    var batched = Self.start
    (batched[.inferenceBatch], batched[.inferenceDelay]) = (2, 2000)
    search = KnobSearch(from: batched, ladders: Self.ladders)
    _ = self.search(&search) { 100 - Double($0[.inferenceBatch] ?? 0) }
    #expect(search.best == Self.start)
  }

  /// A file may say what no ladder has.
  @Test func betweenTheSteps() {
    var search = KnobSearch(from: [.inferenceInstances: 6], ladders: [.inferenceInstances: [1, 4, 8]])
    #expect(search.next()?.value == 8)
    search.decide(isBetter: false)
    #expect(search.next()?.value == 4)
    search.decide(isBetter: true)
    #expect(search.next()?.value == 1)
    search.decide(isBetter: false)
    #expect(search.next() == nil && search.best == [.inferenceInstances: 4])
  }

  /// Where neither half gains by itself, because the other holds it up.
  @Test func bothHalvesTogether() {
    var search = KnobSearch(from: Self.start, ladders: Self.ladders)
    let asked = self.search(&search) { knobs in
      Double(min(knobs[.preprocessingInstances] ?? 0, knobs[.inferenceInstances] ?? 0))
    }
    #expect(search.best[.preprocessingInstances] == 4 && search.best[.inferenceInstances] == 4)
    #expect(asked.first?.turned == [.preprocessingInstances, .inferenceInstances])
  }

  @Test func nothingToTurn() {
    var search = KnobSearch(from: Self.start, ladders: [:])
    #expect(search.next() == nil && search.best == Self.start)
  }
}
