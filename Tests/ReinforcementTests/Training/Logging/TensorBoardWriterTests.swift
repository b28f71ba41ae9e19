import Foundation
import Planning
import Reinforcement
import TestSupport
import Testing

struct TensorBoardWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func scalarsComeBack() throws {
    let time = Date(timeIntervalSince1970: 1_700_000_000.5)
    let writer = try TensorBoardWriter(folder: folder.path, at: time)
    try writer.write(
      MetricsRecord(step: 5_000_000_000, values: [.meanReturn: 195.5, .loss: 1e-3]), at: time + 1)
    try writer.write(MetricsRecord(step: 7, values: [.evaluationReturn: -.infinity]), at: time + 2)
    let events = try EventFile(path: writer.path).events
    try #require(events.count == 3)
    #expect(events[0] == EventFile.Event(time: 1_700_000_000.5, version: "brain.Event:2"))
    #expect(
      events[1]
        == EventFile.Event(
          time: 1_700_000_001.5, step: 5_000_000_000,
          scalars: ["rollout/ep_rew_mean": 195.5, "train/loss": 1e-3]))
    #expect(events[2].scalars == ["eval/mean_reward": -.infinity])
    #expect(events[2].step == 7)
  }

  @Test func filesAreNamedAsTensorBoardExpects() throws {
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    let first = try TensorBoardWriter(folder: folder.path, at: time).path
    let second = try TensorBoardWriter(folder: folder.path, at: time).path
    #expect(first.hasPrefix(folder.path + "/events.out.tfevents.1700000000."))
    let identifier = ProcessInfo.processInfo.processIdentifier
    #expect(first.hasSuffix(".\(identifier).0"))
    #expect(second.hasSuffix(".\(identifier).1"))
  }

  /// TensorBoard drops what it has read with a step of at least that of a session's start.
  @Test func aRunThatGoesOnDropsLaterSteps() throws {
    let writer = try TensorBoardWriter(folder: folder.path, resumingAt: 400)
    try writer.write(MetricsRecord(step: 500, values: [.loss: 1]))
    let events = try EventFile(path: writer.path).events
    #expect(events.map(\.step) == [0, 401, 500])
    #expect(events.map(\.isSessionStart) == [false, true, false])
  }

  @Test func failuresAreErrors() throws {
    let error = #expect(throws: (any Error).self) { try TensorBoardWriter(folder: folder.path + "/none") }
    #expect("\(try #require(error))".hasSuffix("No such file or directory"))
  }
}
