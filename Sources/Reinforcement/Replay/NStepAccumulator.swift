import Basics

/// Joins consecutive steps of several environments to transitions over `steps` steps (Sutton and Barto,
/// *Reinforcement Learning*, 2nd edition, section 7.1), and inserts them into a replay table.
///
/// A transition from step t over m steps has the reward Σ γᵏ·r(t + k), k < m, the observation m steps later,
/// and the discount γᵐ, or 0 if the episode terminated. m is `steps`, or less at the episode's end: all
/// waiting steps then become transitions up to it. A truncated episode keeps its discount: its last
/// observation is bootstrapped from.
///
/// With one step it passes everything through. Used by one thread at a time; nothing allocates after `init`.
public final class NStepAccumulator {
  public let steps: Int
  public let environments: Int
  public let observationSize: Int
  public let actionSize: Int

  /// γ⁰, γ¹, … γ^steps.
  private let powers: [Float]
  /// A ring of `steps` rows for each environment; a row is an observation, an action and a reward.
  private let rows: UnsafeMutableBufferPointer<Float>
  private let rowSize: Int
  /// For each environment, the row of the oldest waiting step, and the number of waiting steps.
  private var first: [Int]
  private var waiting: [Int]

  public init(steps: Int, discount: Float, environments: Int, observationSize: Int, actionSize: Int) {
    precondition(
      steps > 0 && environments > 0 && observationSize > 0 && actionSize > 0, "an accumulator of nothing")
    self.steps = steps
    self.environments = environments
    self.observationSize = observationSize
    self.actionSize = actionSize
    var power = 1.0
    powers = (0...steps).map { _ in
      defer { power *= Double(discount) }
      return Float(power)
    }
    rowSize = observationSize + actionSize + 1
    rows = .allocate(capacity: environments * steps * rowSize)
    rows.initialize(repeating: 0)
    first = Array(repeating: 0, count: environments)
    waiting = Array(repeating: 0, count: environments)
  }

  deinit { rows.deallocate() }

  /// Takes one step of one environment. Inserts the completed transitions, the oldest first.
  ///
  /// - Parameters:
  ///   - nextObservation: the observation after the action; at an episode's end its last one, not the next
  ///     episode's first.
  ///   - isTerminated: whether the episode ended by the environment's rules.
  ///   - isTruncated: whether the episode was cut off. Counts only without termination in the same step.
  public func add(
    environment: Int = 0, observation: UnsafePointer<Float>, action: UnsafePointer<Float>, reward: Float,
    nextObservation: UnsafePointer<Float>, isTerminated: Bool, isTruncated: Bool, to table: ReplayTable
  ) {
    if steps == 1 {
      table.insert(
        observation: observation, action: action, reward: reward, discount: isTerminated ? 0 : powers[1],
        nextObservation: nextObservation)
      return
    }
    let row = self.row(environment, waiting[environment])
    row.update(from: observation, count: observationSize)
    (row + observationSize).update(from: action, count: actionSize)
    row[observationSize + actionSize] = reward
    waiting[environment] += 1

    let isOver = isTerminated || isTruncated
    while waiting[environment] == steps || (isOver && waiting[environment] > 0) {
      insertOldest(environment, nextObservation: nextObservation, isTerminated: isTerminated, into: table)
    }
  }

  /// The row of the step `offset` steps after the oldest waiting one.
  private func row(_ environment: Int, _ offset: Int) -> UnsafeMutablePointer<Float> {
    guard let start = rows.baseAddress else { preconditionFailure("there is at least one row") }
    let place = first[environment] + offset
    return start + (environment * steps + (place < steps ? place : place - steps)) * rowSize
  }

  private func insertOldest(
    _ environment: Int, nextObservation: UnsafePointer<Float>, isTerminated: Bool, into table: ReplayTable
  ) {
    let count = waiting[environment]
    var reward: Float = 0
    for k in 0..<count { reward += powers[k] * row(environment, k)[observationSize + actionSize] }
    let oldest = row(environment, 0)
    table.insert(
      observation: oldest, action: oldest + observationSize, reward: reward,
      discount: isTerminated ? 0 : powers[count], nextObservation: nextObservation)
    first[environment] = first[environment] + 1 == steps ? 0 : first[environment] + 1
    waiting[environment] = count - 1
  }
}

extension NStepAccumulator: Checkpointable {
  private struct State: Codable {
    var steps, observationSize, actionSize: Int
    var first, waiting: [Int]
  }

  public func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put(
      "state",
      State(
        steps: steps, observationSize: observationSize, actionSize: actionSize, first: first, waiting: waiting
      ))
    checkpoint.put("rows", floats: UnsafeBufferPointer(rows))
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    let state = try checkpoint.get("state", as: State.self)
    guard
      state.steps == steps, state.observationSize == observationSize, state.actionSize == actionSize,
      state.first.count == environments, state.waiting.count == environments
    else {
      throw checkpoint.refusal(
        "it was made with \(state.steps)-step returns in \(state.first.count) environments; this run has "
          + "\(steps)-step returns in \(environments), or other spaces")
    }
    guard
      state.first.allSatisfy({ (0..<steps).contains($0) }),
      state.waiting.allSatisfy({ (0..<steps).contains($0) })
    else { throw checkpoint.refusal("more steps wait than an \(steps)-step return has") }
    try checkpoint.get("rows", into: rows)
    first = state.first
    waiting = state.waiting
  }
}
