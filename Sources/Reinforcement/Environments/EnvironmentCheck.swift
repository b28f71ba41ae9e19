/// A check that agents can be trained in a custom environment, like Gymnasium's `check_env`.
///
///     try EnvironmentCheck.run(Corridor())
///
/// It plays a few copies with random actions; the given environment is unchanged.
public enum EnvironmentCheck {
  /// - Parameters:
  ///   - steps: of each copy, over as many episodes as needed.
  ///   - bounds: whether observations must lie within the observation space.
  /// - Throws: `TrainingError.impossibleSpace`, or `EnvironmentError.flawed` with the fault: missing or
  ///   infinite numbers, another episode from the same seed, copies that share state.
  public static func run<World: Environment>(
    _ environment: World, seed: UInt64 = 0, steps: Int = 64, bounds: Bool = true
  ) throws {
    try Spaces(of: environment).check(World.id)
    guard !(World.self is AnyObject.Type) else {
      throw EnvironmentError.flawed(
        World.id, reason: "is a class, so that copies share their state; make it a struct")
    }
    func player(_ seed: UInt64) -> EnvironmentPlayer<World> {
      EnvironmentPlayer(environment, seed: seed, bounds: bounds)
    }
    try player(seed).checkSize(steps: steps)
    let (first, again) = (player(seed), player(seed))
    for _ in 0..<steps { try first.step() }
    for _ in 0..<steps { try again.step() }
    guard first.seen == again.seen else {
      throw EnvironmentError.flawed(
        World.id,
        reason:
          "gives another episode for the same seed and actions; all that is random must come from the stream")
    }
    let (one, other) = (player(seed), player(seed &+ 1))
    for _ in 0..<steps {
      try one.step()
      try other.step()
    }
    guard one.seen == first.seen else {
      throw EnvironmentError.flawed(
        World.id,
        reason: "has copies that share state, such as an object that it refers to; keep it in values")
    }
  }
}

/// Plays an environment with random actions, and keeps its output.
private final class EnvironmentPlayer<World: Environment> {
  private var world: World
  private let spaces: Spaces
  private let bounds: Bool
  private var random: RandomStream
  private var actions: RandomStream
  private var observation: [Float]
  private var length = 0
  private var isRunning = false
  /// Observations, rewards and ends, bit by bit.
  private(set) var seen: [UInt32] = []

  init(_ environment: World, seed: UInt64, bounds: Bool) {
    world = environment
    spaces = Spaces(of: environment)
    self.bounds = bounds
    random = RandomStream(seed: seed)
    actions = RandomStream(seed: seed, purpose: "actions")
    observation = Array(repeating: 0, count: spaces.observation.size)
  }

  /// Begins an episode, or takes a step.
  func step() throws {
    if isRunning {
      let action = nextAction()
      var span = observation.mutableSpan
      let outcome = world.step(action.span, using: &random, observation: &span)
      length += 1
      guard outcome.reward.isFinite else { throw flawed("pays \(outcome.reward)") }
      seen += [outcome.reward.bitPattern, outcome.isTerminated ? 1 : 0]
      isRunning = !outcome.isTerminated && length < spaces.maximumSteps ?? .max
    } else {
      observation = observation.map { _ in .nan }
      var span = observation.mutableSpan
      world.reset(using: &random, observation: &span)
      (length, isRunning) = (0, true)
    }
    for (index, number) in observation.enumerated() {
      guard number.isFinite else {
        throw flawed(
          number.isNaN && length == 0
            ? "leaves number \(index) of its first observation unwritten, or writes NaN"
            : "shows \(number) as number \(index) of its observation")
      }
      let (low, high) = (spaces.observation.low[index], spaces.observation.high[index])
      guard !bounds || (low...high).contains(number) else {
        throw flawed(
          "shows \(number) as number \(index) of its observation, whose space goes from \(low) to \(high)")
      }
    }
    seen += observation.map(\.bitPattern)
  }

  /// Checks that observations and actions have the sizes of their spaces. Extra room turns an overrun into an
  /// error instead of a trap.
  func checkSize(steps: Int) throws {
    let size = spaces.observation.size
    let guardValue = Float(bitPattern: 0x7FC0_5A5A)
    observation += Array(repeating: guardValue, count: Self.room)
    for _ in 0..<steps {
      if isRunning {
        let action = nextAction() + Array(repeating: 0, count: Self.room)
        var span = observation.mutableSpan
        let outcome = world.step(action.span, using: &random, observation: &span)
        length += 1
        isRunning = !outcome.isTerminated && length < spaces.maximumSteps ?? .max
      } else {
        var span = observation.mutableSpan
        world.reset(using: &random, observation: &span)
        (length, isRunning) = (0, true)
      }
      let written = (size..<observation.count).filter { observation[$0].bitPattern != guardValue.bitPattern }
      // A write to all of the extra room is a fill of the whole span, which is fine.
      guard written.isEmpty || written.count == Self.room else {
        throw flawed(
          "writes number \(written[0]) of its observation, whose space ends with number \(size - 1)")
      }
      for index in written { observation[index] = guardValue }
    }
  }

  private static var room: Int { 61 }

  private func nextAction() -> [Float] {
    switch spaces.action {
    case .discrete(let count): return [Float(actions.integer(below: count))]
    case .continuous(let box):
      return zip(box.low, box.high).map { low, high in
        min(max(Float(actions.uniform(Double(low), Double(high))), low), high)
      }
    }
  }

  private func flawed(_ reason: String) -> EnvironmentError { .flawed(World.id, reason: reason) }
}
