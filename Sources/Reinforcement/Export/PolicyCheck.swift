import Planning

/// Observations with a policy's outputs, which another form of the policy must reproduce.
///
/// Numbers may differ by `tolerance`, relative to those above 1. Discrete actions must be equal, unless the
/// policy values both alike within the tolerance; that counts as a tie.
public struct PolicyCheck: Sendable {
  /// The result of a passed check.
  public struct Agreement: Sendable, Equatable {
    public var observations = 0
    /// Different actions that are as good within the tolerance.
    public var ties = 0
    /// The largest difference of any number, relative to numbers above 1.
    public var largestDifference: Float = 0

    public init() {}
  }

  public let observationSize: Int
  public let actionSpace: ActionSpace
  /// `[count, observation size]`, the last dimension fastest.
  public let observations: [Float]
  public let expected: PolicyOutputs
  public var tolerance: Float = 1e-5

  /// The batch sizes in turn, which reveal a file with a fixed size.
  private static let batches = [1, 7, 256]

  /// - Parameter expected: the policy's outputs for all observations.
  public init(
    observationSize: Int, actionSpace: ActionSpace, observations: [Float], expected: PolicyOutputs
  ) {
    let count = observations.count / max(observationSize, 1)
    precondition(
      observationSize > 0 && !observations.isEmpty && observations.count == count * observationSize,
      "observations are whole rows, at least one")
    precondition(
      expected.actions.count == count * actionSpace.size
        && expected.values.count == count * actionSpace.valueCount, "each observation has an output")
    self.observationSize = observationSize
    self.actionSpace = actionSpace
    self.observations = observations
    self.expected = expected
  }

  /// Compares another policy on every observation, in batches of several sizes.
  ///
  /// - Parameter policy: maps observations `[batch, observation size]` to outputs; the second argument is the
  ///   batch.
  /// - Throws: `PolicyMismatch` for the first observation with another output, and the errors of `policy`.
  public func run(_ policy: ([Float], Int) throws -> PolicyOutputs) throws -> Agreement {
    let count = observations.count / observationSize
    var agreement = Agreement()
    var (begin, turn) = (0, 0)
    while begin < count {
      let batch = min(Self.batches[turn % Self.batches.count], count - begin)
      let rows = observations[(begin * observationSize)..<((begin + batch) * observationSize)]
      try compare(try policy(Array(rows), batch), from: begin, count: batch, &agreement)
      begin += batch
      turn += 1
    }
    return agreement
  }

  private func compare(
    _ answers: PolicyOutputs, from begin: Int, count: Int, _ agreement: inout Agreement
  ) throws(PolicyMismatch) {
    let (size, values) = (actionSpace.size, actionSpace.valueCount)
    guard answers.actions.count == count * size, answers.values.count == count * values else {
      throw .wrongCount(
        observations: count, expected: count * (size + values),
        found: answers.actions.count + answers.values.count)
    }
    for row in 0..<count {
      let observation = begin + row
      let given = answers.values[(row * values)..<((row + 1) * values)]
      try compare(given, expected.values[(observation * values)...], "value", observation, &agreement)
      let action = answers.actions[(row * size)..<((row + 1) * size)]
      let right = expected.actions[(observation * size)..<((observation + 1) * size)]
      if case .discrete = actionSpace {
        guard !action.elementsEqual(right) else { continue }
        guard isTie(action, right, of: observation) else {
          throw .otherAction(observation: observation, expected: Array(right), found: Array(action))
        }
        agreement.ties += 1
      } else {
        try compare(action, right, "component", observation, &agreement)
      }
    }
    agreement.observations += count
  }

  private func compare(
    _ found: ArraySlice<Float>, _ expected: ArraySlice<Float>, _ what: String, _ observation: Int,
    _ agreement: inout Agreement
  ) throws(PolicyMismatch) {
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      let difference = abs(found - expected) / max(1, abs(expected))
      guard difference <= tolerance else {
        throw .otherNumber(
          observation: observation, what: "\(what) \(index)", expected: expected, found: found)
      }
      agreement.largestDifference = max(agreement.largestDifference, difference)
    }
  }

  /// Whether the policy values both actions alike.
  private func isTie(_ found: ArraySlice<Float>, _ right: ArraySlice<Float>, of observation: Int) -> Bool {
    func value(_ action: Float?) -> Float? {
      guard let action, let index = Int(exactly: action), (0..<actionSpace.valueCount).contains(index) else {
        return nil
      }
      return expected.values[observation * actionSpace.valueCount + index]
    }
    guard let other = value(found.first), let best = value(right.first) else { return false }
    return abs(best - other) <= tolerance * max(1, abs(best))
  }
}

/// A difference between an exported policy and its original.
public enum PolicyMismatch: Error, Sendable, Equatable, CustomStringConvertible {
  case wrongCount(observations: Int, expected: Int, found: Int)
  case otherAction(observation: Int, expected: [Float], found: [Float])
  case otherNumber(observation: Int, what: String, expected: Float, found: Float)

  public var description: String {
    switch self {
    case .wrongCount(let observations, let expected, let found):
      "the exported policy gives \(found) numbers for \(observations) observations, not \(expected)"
    case .otherAction(let observation, let expected, let found):
      "the exported policy acts otherwise: observation \(observation) has action \(found), not \(expected)"
    case .otherNumber(let observation, let what, let expected, let found):
      "the exported policy computes otherwise: \(what) of observation \(observation) is \(found), not \(expected)"
    }
  }
}

extension ActionSpace {
  /// The values in a policy's output besides the action: one for each discrete action.
  fileprivate var valueCount: Int {
    switch self {
    case .discrete(let count): count
    case .continuous: 0
    }
  }
}
