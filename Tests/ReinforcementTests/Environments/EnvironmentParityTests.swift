import Foundation
import Kernels
import Reinforcement
import Testing

/// Our environments against Gymnasium's, recorded by `Scripts/record-environments`: the same seed and the same actions
/// give the same observations, rewards and ends, through every reset, with no state handed over.
struct EnvironmentParityTests {
  static let tolerance = 1e-5

  @Test func everyEnvironmentIsRecorded() throws {
    #expect(try EnvironmentRecording.load().environments.map(\.id) == EnvironmentRegistry.names)
  }

  @Test(arguments: EnvironmentRegistry.names)
  func spacesEqualGymnasium(_ name: String) throws {
    let world = try Self.world(name)
    let vector = try EnvironmentRegistry.make(name, count: 1)
    #expect(vector.id == name)
    #expect(vector.maximumEpisodeSteps == world.maximumEpisodeSteps)
    #expect(vector.observationSpace == Self.box(world.observationBounds))
    switch vector.actionSpace {
    case .discrete(let count): #expect(count == world.actions)
    case .continuous(let box): #expect(try box == Self.box(#require(world.actionBounds)))
    }
  }

  @Test(arguments: EnvironmentRegistry.names)
  func playsEqualGymnasium(_ name: String) throws {
    let world = try Self.world(name)
    let plays = try EnvironmentPlays(world)
    // Environment i of a vector has the seed i, as the plays do.
    try #require(world.seeds == Array(0..<plays.count) && plays.count >= 10 && plays.steps >= 1000)
    let vector = try EnvironmentRegistry.make(name, count: plays.count)
    let actions = Matrix(rows: plays.count, columns: vector.actionSpace.size)
    var episodes = Array(repeating: 0, count: plays.count)
    var worst = 0.0
    var ends = 0

    func compare(_ row: UnsafeMutableBufferPointer<Float>, _ expected: ArraySlice<Float>) {
      for (ours, theirs) in zip(row, expected) { worst = max(worst, abs(Double(ours) - Double(theirs))) }
    }

    vector.reset(seed: 0)
    for play in 0..<plays.count { compare(vector.observations.view.row(play), plays.reset(play, 0)) }
    for step in 0..<plays.steps {
      for play in 0..<plays.count {
        for (column, number) in plays.action(play, step).enumerated() { actions.view[play, column] = number }
      }
      vector.step(actions.view)
      for play in 0..<plays.count {
        let place: Comment = "play \(play), step \(step)"
        try #require(vector.terminated[play] == plays.isTerminated(play, step), place)
        try #require(vector.truncated[play] == plays.isTruncated(play, step), place)
        compare(vector.nextObservation(play), plays.observation(play, step))
        // A reward of 100 in single precision is off by up to 4e-6 already.
        worst = max(worst, abs(Double(vector.rewards[play]) - Double(Float(plays.reward(play, step)))))
        if plays.isEnd(play, step) {
          episodes[play] += 1
          ends += 1
          compare(vector.observations.view.row(play), plays.reset(play, episodes[play]))
        }
        try #require(worst <= Self.tolerance, place)
      }
    }
    #expect(ends > 0)
  }

  private static func world(_ name: String) throws -> EnvironmentRecording.World {
    try #require(try EnvironmentRecording.load().environments.first { $0.id == name })
  }

  private static func box(_ bounds: [[Float?]]) -> BoxSpace {
    BoxSpace(low: bounds[0].map { $0 ?? -.infinity }, high: bounds[1].map { $0 ?? .infinity })
  }
}
