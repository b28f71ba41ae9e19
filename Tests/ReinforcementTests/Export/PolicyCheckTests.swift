import Planning
import Testing

@testable import Reinforcement

@Suite struct PolicyCheckTests {
  /// 1,000 observations of one number x; action 0 is worth x and action 1 nothing.
  private static let observations = (0..<1000).map { Float($0) / 500 - 1 }

  private static func answers(_ observations: [Float]) -> PolicyOutputs {
    PolicyOutputs(actions: observations.map { $0 >= 0 ? 0 : 1 }, values: observations.flatMap { [$0, 0] })
  }

  private let discrete = PolicyCheck(
    observationSize: 1, actionSpace: .discrete(2), observations: observations, expected: answers(observations)
  )
  private let continuous = PolicyCheck(
    observationSize: 1, actionSpace: .continuous(BoxSpace(size: 1, low: -1, high: 1)),
    observations: observations, expected: PolicyOutputs(actions: observations.map { $0 * 100 }))

  @Test func asksAboutAllInSeveralBatches() throws {
    var batches: [Int] = []
    let agreement = try discrete.run { observations, batch in
      #expect(observations.count == batch)
      batches.append(batch)
      return Self.answers(observations)
    }
    #expect(agreement.observations == 1000 && agreement.ties == 0 && agreement.largestDifference == 0)
    #expect(batches.reduce(0, +) == 1000 && Set(batches).isSuperset(of: [1, 7, 256]))
  }

  /// One wrong answer, wherever it is, is found and named.
  @Test(arguments: [0, 1, 263, 999]) func otherAction(at index: Int) throws {
    var seen = 0
    let wrong = PolicyMismatch.otherAction(
      observation: index, expected: [index < 500 ? 1 : 0], found: [index < 500 ? 0 : 1])
    #expect(throws: wrong) {
      _ = try discrete.run { observations, batch in
        defer { seen += batch }
        var answers = Self.answers(observations)
        if (seen..<(seen + batch)).contains(index) {
          answers.actions[index - seen] = 1 - answers.actions[index - seen]
        }
        return answers
      }
    }
  }

  @Test func valuesWithinTheTolerance() throws {
    func run(_ check: PolicyCheck, _ difference: Float) throws -> PolicyCheck.Agreement {
      try check.run { observations, _ in
        guard case .discrete = check.actionSpace else {
          return PolicyOutputs(actions: observations.map { $0 * 100 + difference })
        }
        var answers = Self.answers(observations)
        for index in answers.values.indices { answers.values[index] += difference }
        return answers
      }
    }
    #expect(try run(discrete, 0.9e-5).largestDifference > 0.8e-5)
    #expect(throws: PolicyMismatch.self) { try run(discrete, 1.1e-5) }
    #expect(throws: PolicyMismatch.self) { try run(discrete, .nan) }
    #expect(throws: PolicyMismatch.self) { try run(continuous, 1.1e-5) }
    #expect(throws: PolicyMismatch.self) { try run(continuous, .infinity) }
    #expect(try run(continuous, 0.5e-5).observations == 1000)
  }

  /// Two actions that the policy values alike may be swapped by rounding; others may not.
  @Test func ties() throws {
    let check = PolicyCheck(
      observationSize: 1, actionSpace: .discrete(3), observations: [0, 0],
      expected: PolicyOutputs(actions: [0, 0], values: [1, 0.999_999, 0.9, 1, 0.999_999, 0.9]))
    func run(_ action: Float) throws -> Int {
      try check.run { _, batch in
        PolicyOutputs(
          actions: Array(repeating: action, count: batch),
          values: (0..<batch).flatMap { _ in [1, 0.999_999, 0.9] })
      }.ties
    }
    #expect(try run(0) == 0)
    #expect(try run(1) == 2)
    for action: Float in [2, 3, -1, 0.5, .nan] { #expect(throws: PolicyMismatch.self) { try run(action) } }
  }

  @Test func wrongCounts() {
    for answers in [
      PolicyOutputs(actions: []), PolicyOutputs(actions: [0]), PolicyOutputs(actions: [0, 0], values: [0]),
    ] {
      #expect(throws: PolicyMismatch.self) { _ = try discrete.run { _, _ in answers } }
    }
  }
}
