import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Reinforcement

@Suite struct DiskForecastTests {
  private func experiment(_ settings: String = "") throws -> Experiment {
    try Experiment(
      yaml:
        "algorithm: dqn\nenvironment: CartPole-v1\nsteps: 3000\nhidden: [16]\nbuffer_size: 2000\n\(settings)",
      file: "x.yaml")
  }

  private func forecast(_ settings: String = "", steps: Int = 3_000) throws -> DiskForecast {
    let experiment = try experiment(settings)
    return DiskForecast(experiment, try Trainer(experiment).spaces, steps: steps)
  }

  /// It is what a full checkpoint has, to a few per cent.
  @Test func asLargeAsTheCheckpoint() throws {
    let folder = try TemporaryFolder()
    let trainer = try Trainer(experiment())
    try trainer.train(until: 2_500)
    try trainer.save(to: folder.path + "/latest.ckpt")
    let bytes = RunDirectory.checkpointBytes(in: folder.path)
    let expected = try forecast().checkpointBytes
    #expect(abs(Double(expected) / Double(bytes) - 1) < 0.1, "\(expected) for \(bytes)")
  }

  @Test func copies() throws {
    #expect(try forecast().copies == 2)
    #expect(try forecast("save_minutes: 0").copies == 1)
    #expect(try forecast("save_freq: 1000").copies == 2)
    #expect(try forecast("save_freq: 3000").copies == 1)
    #expect(try forecast(steps: 100).checkpointBytes < forecast().checkpointBytes / 4)
    #expect(try forecast("save_replay: false").checkpointBytes < forecast().checkpointBytes / 10)
  }

  @Test func refusals() throws {
    let forecast = try forecast()
    try forecast.check(against: DiskForecast.Room(free: forecast.bytes), at: "x")
    try forecast.check(against: DiskForecast.Room(free: nil), at: "x")
    try forecast.check(against: DiskForecast.Room(free: 0), at: "x", present: forecast.bytes)
    let full = #expect(throws: FileError.self) {
      try forecast.check(against: DiskForecast.Room(free: forecast.bytes - 1), at: "x")
    }
    #expect(
      full?.description.contains("set buffer_size to 1900 or less, save only at the end") == true,
      "\(full?.description ?? "")")
    let limited = #expect(throws: FileError.self) {
      try forecast.check(
        against: DiskForecast.Room(free: nil, fileLimit: forecast.checkpointBytes - 1), at: "x")
    }
    #expect(
      limited?.description.contains("only (ulimit -f); set buffer_size to 1900 or less, or keep") == true,
      "\(limited?.description ?? "")")
  }

  @Test func room() throws {
    let folder = try TemporaryFolder()
    #expect(try #require(DiskForecast.Room(at: folder.path + "/not/yet/there").free) > 0)
    #expect(DiskForecast.Room(at: "x").free != nil && DiskForecast.Room(at: "").free != nil)
  }
}
