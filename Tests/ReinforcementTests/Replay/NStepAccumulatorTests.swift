import Dataflow
import Foundation
import Reinforcement
import TestSupport
import Testing

struct NStepAccumulatorTests {
  struct Step: Equatable {
    var observation, nextObservation, action, reward: Float
    var isTerminated, isTruncated: Bool
  }

  /// A random walk through episodes that terminate, are truncated, or both in one step, some of a single step.
  struct Walk {
    private var generator: SeededGenerator
    private var observation: Float

    init(seed: Int) {
      generator = SeededGenerator(seed: seed)
      observation = Float(seed) * 100_000
    }

    mutating func next() -> Step {
      let before = observation
      observation += 1
      let kind = Int.random(in: 0..<10, using: &generator)
      let step = Step(
        observation: before, nextObservation: observation,
        action: Float.random(in: -1...1, using: &generator),
        reward: Float.random(in: -1...1, using: &generator), isTerminated: kind == 0 || kind == 2,
        isTruncated: kind == 1 || kind == 2)
      // The next episode begins elsewhere.
      if step.isTerminated || step.isTruncated { observation += 100 }
      return step
    }
  }

  struct Expected: Equatable {
    var observation, action, reward, discount, nextObservation: Float
  }

  /// The definition: from each step as far as n steps or the episode reach; those that the steps so far decide.
  static func reference(_ steps: [Step], n: Int, discount: Double) -> [Expected] {
    steps.indices.compactMap { t in
      var reward = 0.0
      for k in 0..<n {
        guard t + k < steps.count else { return nil }
        let step = steps[t + k]
        reward += pow(discount, Double(k)) * Double(step.reward)
        let isOver = step.isTerminated || step.isTruncated
        guard isOver || k + 1 == n else { continue }
        return Expected(
          observation: steps[t].observation, action: steps[t].action, reward: Float(reward),
          discount: step.isTerminated ? 0 : Float(pow(discount, Double(k + 1))),
          nextObservation: step.nextObservation)
      }
      return nil
    }
  }

  static func contents(_ table: ReplayTable) -> [Expected] {
    (0..<table.count).map {
      let transition = table[$0]
      return Expected(
        observation: transition.observation[0], action: transition.action[0], reward: transition.reward,
        discount: transition.discount, nextObservation: transition.nextObservation[1])
    }
  }

  static func add(
    _ step: Step, _ environment: Int, to accumulator: NStepAccumulator, _ table: ReplayTable
  ) {
    accumulator.add(
      environment: environment, observation: [step.observation, 0], action: [step.action],
      reward: step.reward,
      nextObservation: [0, step.nextObservation], isTerminated: step.isTerminated,
      isTruncated: step.isTruncated, to: table)
  }

  static func expect(
    _ found: [Expected], are expected: [Expected], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: location)
    for (found, expected) in zip(found, expected) {
      var rounded = found
      if abs(found.reward - expected.reward) <= 1e-5 { rounded.reward = expected.reward }
      if abs(found.discount - expected.discount) <= 1e-6 { rounded.discount = expected.discount }
      #expect(rounded == expected, sourceLocation: location)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 20], 0..<5)
  func transitionsAreThoseOfTheDefinition(n: Int, seed: Int) throws {
    let table = try ReplayTable(capacity: 2000, observationSize: 2, actionSize: 1)
    let accumulator = NStepAccumulator(
      steps: n, discount: 0.9, environments: 1, observationSize: 2, actionSize: 1)
    var walk = Walk(seed: seed)
    var steps: [Step] = []
    for _ in 0..<1000 {
      steps.append(walk.next())
      Self.add(steps[steps.count - 1], 0, to: accumulator, table)
    }
    Self.expect(Self.contents(table), are: Self.reference(steps, n: n, discount: 0.9))
  }

  @Test func environmentsDoNotMix() throws {
    let table = try ReplayTable(capacity: 4000, observationSize: 2, actionSize: 1)
    let accumulator = NStepAccumulator(
      steps: 3, discount: 0.9, environments: 4, observationSize: 2, actionSize: 1)
    var walks = (0..<4).map { Walk(seed: $0) }
    var steps: [[Step]] = Array(repeating: [], count: 4)
    for _ in 0..<300 {
      for environment in 0..<4 {
        steps[environment].append(walks[environment].next())
        Self.add(steps[environment][steps[environment].count - 1], environment, to: accumulator, table)
      }
    }
    let all = Self.contents(table)
    for environment in 0..<4 {
      let observations = Set(steps[environment].map(\.observation))
      Self.expect(
        all.filter { observations.contains($0.observation) },
        are: Self.reference(steps[environment], n: 3, discount: 0.9))
    }
  }

  @Test(arguments: [1, 3, 5])
  func stepsThatWaitAreKeptInCheckpoints(n: Int) throws {
    for cut in 0..<30 {
      var walk = Walk(seed: n)
      let (original, restored) = (
        NStepAccumulator(steps: n, discount: 0.9, environments: 2, observationSize: 2, actionSize: 1),
        NStepAccumulator(steps: n, discount: 0.9, environments: 2, observationSize: 2, actionSize: 1)
      )
      let (expected, found) = (
        try ReplayTable(capacity: 100, observationSize: 2, actionSize: 1),
        try ReplayTable(capacity: 100, observationSize: 2, actionSize: 1)
      )
      for k in 0..<cut { Self.add(walk.next(), k % 2, to: original, expected) }
      try restored.restore(from: original)
      try found.restore(from: expected)
      for k in cut..<cut + 20 {
        let step = walk.next()
        Self.add(step, k % 2, to: original, expected)
        Self.add(step, k % 2, to: restored, found)
      }
      #expect(Self.contents(found) == Self.contents(expected))
    }
  }

  @Test func anotherRunsStepsAreRefused() throws {
    let saved = NStepAccumulator(
      steps: 3, discount: 0.9, environments: 2, observationSize: 2, actionSize: 1)
    let error = #expect(throws: CheckpointError.self) {
      try NStepAccumulator(steps: 4, discount: 0.9, environments: 2, observationSize: 2, actionSize: 1)
        .restore(from: saved)
    }
    #expect("\(try #require(error))".contains("3-step returns in 2 environments"))
  }
}
