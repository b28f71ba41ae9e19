import Foundation
import TestSupport

/// What `Scripts/record-environments` recorded of Gymnasium and NumPy.
struct EnvironmentRecording: Decodable {
  struct World: Decodable {
    let id: String
    let seeds: [Int]
    let steps: Int
    let maximumEpisodeSteps: Int
    /// Lower and upper; `nil` is unbounded.
    let observationBounds: [[Float?]]
    /// How many, if discrete.
    let actions: Int?
    let actionBounds: [[Float?]]?
  }

  struct Stream: Decodable {
    let seed: UInt64
    let key: [UInt32]
    let bits: [UInt64]
    let doubles: [Double]
    let uniform: [Double]
    let integerBounds: [Int]
    let integers: [Int]
    let doubleAfter: Double
  }

  let environments: [World]
  let streams: [Stream]

  private static let folder = ".deps/environments/"

  static func load() throws -> EnvironmentRecording {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(EnvironmentRecording.self, from: data("manifest.json"))
  }

  static func data(_ file: String) throws -> Data {
    try Data(contentsOf: URL(filePath: try Repository.path(folder + file)))
  }

  static func array<Element>(_ file: String, of type: Element.Type = Element.self) throws -> [Element] {
    try data(file).withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Element>.stride).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: type)
      }
    }
  }
}

/// Gymnasium's plays of one environment, side by side.
struct EnvironmentPlays {
  let count: Int
  let steps: Int
  private let observationSize: Int
  private let actionSize: Int
  private let actions: [Float]
  private let observations: [Float]
  private let rewards: [Double]
  private let terminated: [Bool]
  private let truncated: [Bool]
  /// First observations of episodes, play after play.
  private let resets: [Float]
  /// Where each play's begin.
  private var firstReset: [Int] = []

  init(_ world: EnvironmentRecording.World) throws {
    let folder = world.id + "/"
    count = world.seeds.count
    steps = world.steps
    actions = try EnvironmentRecording.array(folder + "actions.f32")
    observations = try EnvironmentRecording.array(folder + "observations.f32")
    rewards = try EnvironmentRecording.array(folder + "rewards.f64")
    terminated = try EnvironmentRecording.array(folder + "terminated.u8", of: UInt8.self).map { $0 != 0 }
    truncated = try EnvironmentRecording.array(folder + "truncated.u8", of: UInt8.self).map { $0 != 0 }
    resets = try EnvironmentRecording.array(folder + "resets.f32")
    observationSize = world.observationBounds[0].count
    actionSize = actions.count / (count * steps)
    var resetsBefore = 0
    for play in 0..<count {
      firstReset.append(resetsBefore)
      resetsBefore += 1 + (0..<steps).count { isEnd(play, $0) }
    }
  }

  func action(_ play: Int, _ step: Int) -> ArraySlice<Float> { row(actions, actionSize, play * steps + step) }
  func observation(_ play: Int, _ step: Int) -> ArraySlice<Float> {
    row(observations, observationSize, play * steps + step)
  }
  func reset(_ play: Int, _ episode: Int) -> ArraySlice<Float> {
    row(resets, observationSize, firstReset[play] + episode)
  }
  func reward(_ play: Int, _ step: Int) -> Double { rewards[play * steps + step] }
  func isTerminated(_ play: Int, _ step: Int) -> Bool { terminated[play * steps + step] }
  func isTruncated(_ play: Int, _ step: Int) -> Bool { truncated[play * steps + step] }
  func isEnd(_ play: Int, _ step: Int) -> Bool { isTerminated(play, step) || isTruncated(play, step) }

  private func row(_ numbers: [Float], _ size: Int, _ index: Int) -> ArraySlice<Float> {
    numbers[index * size..<(index + 1) * size]
  }
}
