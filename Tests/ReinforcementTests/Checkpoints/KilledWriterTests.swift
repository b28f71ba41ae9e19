import Foundation
import Reinforcement
import TestSupport
import Testing

/// A process that is killed while it overwrites a checkpoint leaves the previous one or the new one, whole.
struct KilledWriterTests {
  @Test func aCheckpointOutlivesItsWriter() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/latest.checkpoint"
    var generator = SeededGenerator(seed: 1)
    var number = 0
    for kill in 0..<20 {
      let child = try ChildProcess(ChildProcess.builtProgram("checkpoint-loop"), [path, "\(number + 1)"])
      // It has begun when it has written one, and is somewhere in a later one after some more milliseconds.
      let start = number
      while try Self.load(path) ?? 0 <= start {
        try #require(!child.hasEnded, "it said: \(child.standardError)")
        usleep(1000)
      }
      usleep(.random(in: 0..<30_000, using: &generator))
      child.signal(SIGKILL)
      #expect(try child.wait() == -Int(SIGKILL))
      number = try #require(try Self.load(path))
      #expect(number > start, "kill \(kill)")
      // What the killed left behind doesn't grow.
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(left).isSubset(of: ["latest.checkpoint", "latest.checkpoint.tmp"]))
    }
  }

  /// The number of the checkpoint, all of which is there; `nil` if there is none.
  private static func load(_ path: String) throws -> Int? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let reader = try CheckpointReader(path: path)
    let number = reader.metadata.steps
    var floats = [Float](repeating: -1, count: 1_000_000)
    try floats.withUnsafeMutableBufferPointer { try reader.get("floats", into: $0) }
    #expect(floats == Array(repeating: Float(number), count: floats.count))
    return number
  }
}
