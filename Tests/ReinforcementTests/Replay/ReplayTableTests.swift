import Basics
import Dataflow
import Kernels
import Reinforcement
import TestSupport
import Testing

struct ReplayTableTests {
  /// Observation and action sizes: small ones, those of the environments, whole vectors, many lines.
  static let shapes = [(1, 1), (2, 1), (3, 1), (4, 1), (6, 1), (8, 2), (17, 6), (24, 5), (16, 4), (115, 9)]

  /// The n-th transition: each of its numbers tells which it is.
  struct Numbered {
    let observation, action, nextObservation: [Float]
    let reward, discount: Float

    init(_ n: Int, _ shape: (Int, Int)) {
      func numbers(_ count: Int, _ place: Float) -> [Float] {
        (0..<count).map { Float(n) + place + Float($0) / 1024 }
      }
      observation = numbers(shape.0, 0.25)
      nextObservation = numbers(shape.0, 0.5)
      action = numbers(shape.1, 0.75)
      reward = -Float(n)
      discount = Float(n) / 7
    }

    func insert(into table: ReplayTable) {
      table.insert(
        observation: observation, action: action, reward: reward, discount: discount,
        nextObservation: nextObservation)
    }
  }

  static func expect(
    _ transition: Transition, is expected: Numbered, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(Array(transition.observation) == expected.observation, sourceLocation: location)
    #expect(Array(transition.action) == expected.action, sourceLocation: location)
    #expect(Array(transition.nextObservation) == expected.nextObservation, sourceLocation: location)
    #expect(transition.reward == expected.reward, sourceLocation: location)
    #expect(transition.discount == expected.discount, sourceLocation: location)
  }

  /// Whether the padding that kernels rely on is still zero.
  static func isPadded(_ view: MatrixView) -> Bool {
    (0..<view.rows).allSatisfy { row in
      (view.columns..<view.stride).allSatisfy { view.pointer[row * view.stride + $0] == 0 }
    }
  }

  @Test(arguments: shapes)
  func theLatestTransitionsAreKept(observation: Int, action: Int) throws {
    let shape = (observation, action)
    let table = try ReplayTable(capacity: 10, observationSize: observation, actionSize: action)
    for n in 0..<37 {
      Numbered(n, shape).insert(into: table)
      #expect(table.count == min(n + 1, 10))
      #expect(table.position == (n + 1) % 10)
      for age in 0..<table.count {
        Self.expect(table[(n - age) % 10], is: Numbered(n - age, shape))
      }
    }
  }

  @Test(arguments: shapes)
  func minibatchesHoldWhatTheirRowsHold(observation: Int, action: Int) throws {
    let shape = (observation, action)
    let table = try ReplayTable(capacity: 100, observationSize: observation, actionSize: action)
    let minibatch = Minibatch(capacity: 64, observationSize: observation, actionSize: action)
    var random = RandomStream(seed: 1)
    table.sample(into: minibatch, count: 8, using: &random)
    #expect(minibatch.count == 0)
    for n in 0..<250 {
      Numbered(n, shape).insert(into: table)
      guard n.isMultiple(of: 9) else { continue }
      let count = 1 + n % 64
      table.sample(into: minibatch, count: count, using: &random)
      #expect(minibatch.count == count)
      for i in 0..<count {
        let row = minibatch.indices[i]
        try #require(row >= 0 && row < table.count)
        Self.expect(
          Transition(
            observation: UnsafeBufferPointer(minibatch.observations.view.row(i)),
            action: UnsafeBufferPointer(minibatch.actions.view.row(i)),
            reward: minibatch.rewards[i], discount: minibatch.discounts[i],
            nextObservation: UnsafeBufferPointer(minibatch.nextObservations.view.row(i))),
          is: Numbered(Int(-table[row].reward), shape))
      }
    }
    #expect(Self.isPadded(minibatch.observations.view))
    #expect(Self.isPadded(minibatch.nextObservations.view))
    #expect(Self.isPadded(minibatch.actions.view))
  }

  /// χ² with 99 degrees of freedom is above 160 once in 10,000 times, and the stream's seed is fixed.
  @Test func everyTransitionIsEquallyLikely() throws {
    let table = try ReplayTable(capacity: 100, observationSize: 1, actionSize: 1)
    for n in 0..<100 { Numbered(n, (1, 1)).insert(into: table) }
    let minibatch = Minibatch(capacity: 256, observationSize: 1, actionSize: 1)
    var random = RandomStream(seed: 7)
    var drawn = Array(repeating: 0, count: 100)
    for _ in 0..<400 {
      table.sample(into: minibatch, count: 256, using: &random)
      for i in 0..<256 { drawn[minibatch.indices[i]] += 1 }
    }
    let expected = 400.0 * 256 / 100
    let chiSquared = drawn.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquared < 160)
    #expect(chiSquared > 50, "too even to be drawn independently")
  }

  /// Before it is full, exactly full, in the middle of a later round, and at a round's end.
  @Test(arguments: [0, 1, 7, 10, 23, 30])
  func aRestoredTableGoesOnLikeTheOriginal(inserted: Int) throws {
    let shape = (4, 1)
    let original = try ReplayTable(capacity: 10, observationSize: 4, actionSize: 1)
    for n in 0..<inserted { Numbered(n, shape).insert(into: original) }
    let restored = try ReplayTable(capacity: 10, observationSize: 4, actionSize: 1)
    // What was in it before must not matter.
    for n in 500..<513 { Numbered(n, shape).insert(into: restored) }
    try restored.restore(from: original)
    let minibatch = Minibatch(capacity: 32, observationSize: 4, actionSize: 1)
    let other = Minibatch(capacity: 32, observationSize: 4, actionSize: 1)
    var (random, otherRandom) = (RandomStream(seed: 3), RandomStream(seed: 3))
    for n in inserted..<inserted + 30 {
      #expect(restored.count == original.count)
      #expect(restored.position == original.position)
      for row in 0..<original.count {
        #expect(restored[row].observation.elementsEqual(original[row].observation))
      }
      original.sample(into: minibatch, count: 32, using: &random)
      restored.sample(into: other, count: 32, using: &otherRandom)
      #expect(minibatch.count == other.count)
      for i in 0..<minibatch.count {
        #expect(minibatch.indices[i] == other.indices[i])
        #expect(minibatch.rewards[i] == other.rewards[i])
        #expect(minibatch.nextObservations.view[i, 3] == other.nextObservations.view[i, 3])
      }
      Numbered(n, shape).insert(into: original)
      Numbered(n, shape).insert(into: restored)
    }
  }

  @Test func onlyFilledRowsAreWritten() throws {
    let table = try ReplayTable(capacity: 1_000_000, observationSize: 4, actionSize: 1)
    for n in 0..<100 { Numbered(n, (4, 1)).insert(into: table) }
    let reader = try table.saved()
    var rows = [Float](repeating: 0, count: 1600)
    try rows.withUnsafeMutableBufferPointer { try reader.get("object.rows", into: $0) }
    #expect(rows[0..<4].elementsEqual(Numbered(0, (4, 1)).observation))
  }

  @Test func anotherTablesStateIsRefused() throws {
    let table = try ReplayTable(capacity: 10, observationSize: 4, actionSize: 1)
    Numbered(1, (4, 1)).insert(into: table)
    for (capacity, observation, action) in [(11, 4, 1), (10, 3, 1), (10, 4, 2)] {
      let other = try ReplayTable(
        capacity: capacity, observationSize: observation, actionSize: action)
      Numbered(5, (4, 2)).insert(into: other)
      let error = #expect(throws: CheckpointError.self) { try other.restore(from: table) }
      #expect("\(try #require(error))".contains("a replay table of 10 transitions with 4 observed numbers"))
      #expect(other.count == 1)
      #expect(other[0].reward == -5)
    }
  }

  @Test func memoryThatIsNotThereIsAnError() {
    // An exbibyte is more than addresses reach.
    let error = #expect(throws: MemoryShortage.self) {
      try ReplayTable(capacity: 1 << 54, observationSize: 4, actionSize: 1)
    }
    #expect(error?.needed == (1 << 60) + 16)
    #expect(throws: MemoryShortage.self) {
      try ReplayTable(capacity: .max / 2, observationSize: 4, actionSize: 1)
    }
  }

  @Test func smallTransitionsAreOneCacheLine() {
    func perRow(_ observation: Int, _ action: Int) -> Int {
      (ReplayTable.bytesNeeded(capacity: 1001, observationSize: observation, actionSize: action)
        - ReplayTable.bytesNeeded(capacity: 1, observationSize: observation, actionSize: action)) / 1000
    }
    #expect(perRow(2, 1) == 32)
    #expect(perRow(4, 1) == 64)
    #expect(perRow(6, 1) == 64)
    #expect(perRow(7, 1) == 128)
    #expect(ReplayTable.bytesNeeded(capacity: .max, observationSize: 4, actionSize: 1) == .max)
  }
}
