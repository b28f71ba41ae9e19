import Foundation
import Planning
import TestSupport
import Testing

@testable import Reinforcement

/// What is in the folder of a run besides checkpoints.
struct RunLogTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path + "/run" }

  init() throws { folder = try TemporaryFolder() }

  private func experiment(_ algorithm: String = "ddpg") throws -> Experiment {
    try Experiment(
      yaml: """
        algorithm: \(algorithm)
        environment: \(algorithm == "dqn" ? "CartPole-v1" : "Pendulum-v1")
        steps: 450
        hidden: [8]
        batch_size: 4
        learning_starts: 50
        buffer_size: 500
        eval_freq: 200
        n_eval_episodes: 3
        log_freq: 100
        """, file: "x.yaml")
  }

  private func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: run + "/" + name, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private func events() throws -> [EventFile.Event] {
    let names = try FileManager.default.contentsOfDirectory(atPath: run)
    let name = try #require(names.first { $0.hasPrefix("events.") })
    return try EventFile(path: run + "/" + name).events
  }

  private func train(_ algorithm: String = "ddpg") throws -> Trainer {
    let experiment = try experiment(algorithm)
    let directory = try RunDirectory(creating: run, for: experiment)
    let trainer = try Trainer(experiment)
    let log = try RunLog(directory, of: trainer, withSteps: true, earlierSeconds: 1000)
    try trainer.train { try log.record($0) }
    try log.flush()
    return trainer
  }

  @Test func tags() throws {
    _ = try train()
    let tags = Set(try events().flatMap(\.scalars.keys))
    #expect(
      tags.isSuperset(of: [
        "train/loss", "train/critic_loss", "train/actor_loss", "eval/mean_reward", "eval/mean_ep_length",
      ]))
    let header = try #require(try lines("metrics.csv").first)
    #expect(
      header
        == "step,time/episodes,rollout/ep_rew_mean,rollout/ep_len_mean,rollout/exploration_rate,train/n_updates,train/loss,train/learning_rate,time/fps,time/time_elapsed,eval/mean_reward,eval/mean_ep_length,train/critic_loss,train/actor_loss"
    )
    // Time goes on from the run's earlier parts.
    let elapsed = try events().compactMap { $0.scalars["time/time_elapsed"] }
    #expect(elapsed.count == 5 && elapsed.allSatisfy { $0 >= 1000 })
  }

  @Test func withoutAnActor() throws {
    _ = try train("dqn")
    let tags = Set(try events().flatMap(\.scalars.keys))
    #expect(
      tags.contains("train/loss") && !tags.contains("train/critic_loss") && !tags.contains("train/actor_loss")
    )
  }

  @Test func evaluations() throws {
    let trainer = try train()
    let lines = try lines("evaluations.csv")
    #expect(lines[0] == "step,seed,return,length" && lines.count == 1 + 3 * 3)
    let last = trainer.evaluate()
    for (index, line) in lines.suffix(3).enumerated() {
      #expect(line == "450,\(1 << 32 + index),\(last.returns[index]),200")
    }
    // A run that goes on from step 300 writes the later ones again.
    let resumed = try EvaluationsCSV(path: run + "/evaluations.csv", resumingAt: 300)
    #expect(resumed.curve.count == 1)
    #expect(try self.lines("evaluations.csv") == Array(lines[0...3]))
    try resumed.write(last, at: 450)
    #expect(resumed.curve.count == 2)
  }

  @Test func steps() throws {
    _ = try train()
    let lines = try lines("steps.csv")
    #expect(lines[0] == "step,episode,action,reward,terminated,truncated" && lines.count == 451)
    let fields = lines.dropFirst().map { $0.split(separator: ",") }
    #expect(fields.map { Int($0[0]) } == Array(1...450))
    // A pendulum never falls; its episodes are cut off.
    #expect(fields.allSatisfy { $0[4] == "0" })
    #expect(fields.filter { $0[5] == "1" }.map { $0[0] } == ["200", "400"])
    #expect(fields.map { Int($0[1]) } == (0..<450).map { $0 / 200 + 1 })
    #expect(fields.allSatisfy { (-2...2).contains(Double($0[2]) ?? .nan) })
    let resumed = try StepsCSV(path: run + "/steps.csv", actionSize: 1, resumingAt: 123)
    try resumed.flush()
    #expect(try self.lines("steps.csv") == Array(lines[0...123]))
    #expect(throws: (any Error).self) { try StepsCSV(path: run + "/steps.csv", actionSize: 2, resumingAt: 3) }
  }

  /// What waits is written when there is much of it, and not for each step.
  @Test func stepsWait() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/steps.csv"
    let log = try StepsCSV(path: path, actionSize: 1)
    func bytes() throws -> Int { try Data(contentsOf: URL(filePath: path)).count }
    let header = try bytes()
    let step = StepRecord(
      step: 1, episode: 1, action: [0.5], reward: 1, isTerminated: false, isTruncated: false)
    log.append(step)
    #expect(try bytes() == header)
    for _ in 0..<30_000 { log.append(step) }
    #expect(try bytes() > header + 1 << 18)
  }

  @Test func terminations() throws {
    _ = try train("dqn")
    let ends = try lines("steps.csv").dropFirst().map { $0.split(separator: ",").suffix(2).joined() }
    // A pole falls long before its episode would be cut off.
    #expect(ends.contains("10") && !ends.contains("01"))
  }

  /// A table of an earlier version, which had fewer columns, is filled up.
  @Test func fewerColumns() throws {
    let path = folder.path + "/metrics.csv"
    try folder.write(Data("step,train/loss\n100,1.5\n200,2.5\n".utf8), to: "metrics.csv")
    let table = try MetricsCSV(path: path, metrics: [.loss, .actorLoss], resumingAt: 150)
    try table.write(MetricsRecord(step: 160, values: [.actorLoss: 3]))
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        == "step,train/loss,train/actor_loss\n100,1.5,\n160,,3.0\n")
  }

  @Test func aFileThatWasRemoved() throws {
    let path = folder.path + "/metrics.csv"
    let table = try MetricsCSV(path: path, metrics: [.loss])
    try FileManager.default.removeItem(atPath: path)
    let error = #expect(throws: (any Error).self) { try table.write(MetricsRecord(step: 1)) }
    #expect(error.map { "\($0)" } == "can't write \(path): it was removed")
  }

  /// A new run with another's weights: its own steps and updates, and what the other had learned.
  @Test func warmStart() throws {
    let old = try train()
    let path = folder.path + "/x.ckpt"
    try old.save(to: path, withReplay: false)
    let new = try Trainer(experiment())
    try new.start(from: CheckpointReader(path: path))
    #expect(new.weights == old.weights && new.steps == 0 && new.updates == 0)
    try new.train(until: 60)
    #expect(new.updates == 10)
    var other = try experiment()
    other.algorithm.common.hidden = [9]
    #expect(throws: CheckpointError.self) { try Trainer(other).start(from: CheckpointReader(path: path)) }
    var td3 = try experiment("td3")
    td3.algorithm.common.hidden = [8]
    #expect(throws: CheckpointError.self) { try Trainer(td3).start(from: CheckpointReader(path: path)) }
  }
}
