import Kernels
import Reinforcement
import Testing

struct VectorEnvironmentTests {
  /// What one environment does, stepped by hand.
  private struct Hand {
    var environment = Countdown()
    var random: RandomStream
    var observation: [Float] = [0, 0]
    var steps = 0
    var episodeReturn = 0.0

    init(seed: UInt64) { random = RandomStream(seed: seed) }

    mutating func reset() {
      var seen: [Float] = [0, 0]
      var span = seen.mutableSpan
      environment.reset(using: &random, observation: &span)
      (observation, steps, episodeReturn) = (seen, 0, 0)
    }

    mutating func step(_ action: Float) -> StepOutcome {
      let actions = [action]
      var seen: [Float] = [0, 0]
      var span = seen.mutableSpan
      let outcome = environment.step(actions.span, using: &random, observation: &span)
      observation = seen
      steps += 1
      episodeReturn += Double(outcome.reward)
      return outcome
    }
  }

  @Test func stepsAndBeginsAnewAsByHand() {
    let vector = VectorEnvironment(Countdown(), count: 5)
    vector.reset(seed: 40)
    var hands = (0..<5).map { Hand(seed: 40 + UInt64($0)) }
    for index in hands.indices { hands[index].reset() }
    var random = RandomStream(seed: 0)
    let actions = Matrix(rows: 5, columns: 1)
    var kinds: Set<String> = []

    for _ in 0..<200 {
      for row in 0..<5 { actions.view[row, 0] = Float(random.integer(below: 3)) }
      vector.step(actions.view)
      var finished: [FinishedEpisode] = []
      for index in hands.indices {
        let outcome = hands[index].step(actions.view[index, 0])
        let isTruncated = hands[index].steps == 6
        #expect(vector.rewards[index] == outcome.reward)
        #expect(vector.terminated[index] == outcome.isTerminated)
        #expect(vector.truncated[index] == isTruncated)
        #expect(Array(vector.nextObservation(index)) == hands[index].observation)
        if outcome.isTerminated || isTruncated {
          kinds.insert("\(outcome.isTerminated) \(isTruncated)")
          #expect(Array(vector.finalObservations.view.row(index)) == hands[index].observation)
          finished.append(
            FinishedEpisode(
              environment: index, episodeReturn: hands[index].episodeReturn, length: hands[index].steps))
          hands[index].reset()
        }
        #expect(Array(vector.observations.view.row(index)) == hands[index].observation)
      }
      #expect(Array(vector.finishedEpisodes) == finished)
    }
    // Terminated, truncated, and both at once.
    #expect(kinds.count == 3)
  }

  @Test func withoutLimitNothingIsTruncated() {
    var endless = Countdown()
    endless.maximumEpisodeSteps = nil
    let vector = VectorEnvironment(endless, count: 1)
    vector.reset(seed: 0)
    let actions = Matrix(rows: 1, columns: 1)
    for _ in 0..<1000 { vector.step(actions.view) }
    #expect(!vector.truncated[0] && !vector.terminated[0])
  }

  @Test func aResetWithoutSeedGoesOnWithTheStream() {
    let vector = VectorEnvironment(Countdown(), count: 2)
    func first() -> [Float] { (0..<2).map { vector.observations.view[$0, 1] } }
    vector.reset(seed: 3)
    let begin = first()
    vector.reset()
    let next = first()
    #expect(begin != next && begin[0] != begin[1])
    vector.reset(seed: 3)
    #expect(first() == begin)
    vector.reset()
    #expect(first() == next)
  }

  @Test(arguments: EnvironmentRegistry.names)
  func goesOnFromACheckpoint(_ name: String) throws {
    let vector = try EnvironmentRegistry.make(name, count: 3)
    vector.reset(seed: 5)
    var random = RandomStream(seed: 9)
    Self.play(vector, 70, &random)
    let other = try EnvironmentRegistry.make(name, count: 3)
    try other.restore(from: vector)
    #expect(Self.shown(other) == Self.shown(vector))
    #expect(!other.terminated.contains(true) && other.finishedEpisodes.isEmpty)

    var copy = random
    // Long enough for every environment to begin anew, more than once.
    for _ in 0..<220 {
      Self.play(vector, 10, &random)
      Self.play(other, 10, &copy)
      #expect(Self.shown(other) == Self.shown(vector))
      #expect(Array(other.finishedEpisodes) == Array(vector.finishedEpisodes))
    }
  }

  @Test func refusesCheckpointsOfOthers() throws {
    let vector = VectorEnvironment(Countdown(), count: 2)
    vector.reset(seed: 1)
    let before = Self.shown(vector)
    #expect(throws: CheckpointError.self) {
      try vector.restore(from: VectorEnvironment(Countdown(), count: 3))
    }
    #expect(throws: CheckpointError.self) {
      // As many numbers in all.
      try vector.restore(from: VectorEnvironment(CartPole(), count: 1))
    }
    #expect(throws: CheckpointError.self) {
      try vector.restore(from: VectorEnvironment(MountainCar(), count: 2))
    }
    #expect(Self.shown(vector) == before)
  }

  @Test func unknownNamesAreRefusedWithTheNearest() {
    let error = #expect(throws: EnvironmentError.self) {
      try EnvironmentRegistry.make("Cartpol-v1", count: 1)
    }
    #expect(error?.description == "there is no environment 'Cartpol-v1'; did you mean 'CartPole-v1'?")
    let other = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.make("Go", count: 1) }
    #expect(
      other?.description.hasPrefix("there is no environment 'Go'; there are Acrobot-v1, CartPole-v1") == true)
  }

  private static func play(_ vector: VectorEnvironment, _ steps: Int, _ random: inout RandomStream) {
    let actions = Matrix(rows: vector.count, columns: 1)
    for _ in 0..<steps {
      for row in 0..<vector.count {
        switch vector.actionSpace {
        case .discrete(let count): actions.view[row, 0] = Float(random.integer(below: count))
        case .continuous: actions.view[row, 0] = Float(random.uniform(-2, 2))
        }
      }
      vector.step(actions.view)
    }
  }

  private static func shown(_ vector: VectorEnvironment) -> [[Float]] {
    (0..<vector.count).map { Array(vector.observations.view.row($0)) }
  }
}
