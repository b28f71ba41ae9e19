import Dataflow
import Foundation
import Reinforcement
import TestSupport
import Testing
import Wire

/// `drivetrain train`, `evaluate` and `export`, as users run them.
@Suite struct TrainTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path + "/run" }
  private var latest: String { run + "/latest.ckpt" }

  init() throws { folder = try TemporaryFolder() }

  /// A run that takes a second.
  private static let small = [
    "--seed", "3", "--set", "steps=1024", "hidden=[16, 16]", "eval_freq=512", "n_eval_episodes=5",
    "log_freq=256", "learning_starts=200",
  ]

  private func train(_ arguments: [String], to output: String? = nil) throws -> Drivetrain.Run {
    let process = try ChildProcess(
      Drivetrain.path, ["train"] + arguments + ["--output", output ?? run])
    return Drivetrain.Run(
      exitCode: try process.wait(), standardOutput: process.standardOutput,
      standardError: process.standardError)
  }

  @Test(arguments: [
    ("dqn-cartpole", "dqn", "CartPole-v1"), ("td3-pendulum", "td3", "Pendulum-v1"),
    ("ddpg-mountaincar-continuous", "ddpg", "MountainCarContinuous-v0"),
  ])
  func report(experiment: String, algorithm: String, environment: String) throws {
    let result = try train([experiment, "--json"] + Self.small)
    #expect(result.exitCode == 0, "\(result.standardError)")
    #expect(result.standardOutput.split(separator: "\n").count == 1)
    let report = try json(result.standardOutput)
    #expect(
      report.keys.filter { $0 != "energy" }.sorted() == [
        "algorithm", "attribution", "checkpoint", "environment", "evaluation", "experiment", "seconds",
        "seed", "steps", "steps_per_second", "updates", "updates_per_second",
      ])
    #expect(report["experiment"] as? String == experiment)
    #expect(report["algorithm"] as? String == algorithm)
    #expect(report["environment"] as? String == environment)
    #expect(report["checkpoint"] as? String == latest)
    #expect(report["seed"] as? Int == 3 && report["steps"] as? Int == 1024)
    let (updates, seconds) = (report["updates"] as? Double ?? 0, report["seconds"] as? Double ?? 0)
    #expect(updates > 200 && seconds > 0)
    #expect(abs((report["steps_per_second"] as? Double ?? 0) * seconds / 1024 - 1) < 1e-6)
    #expect(abs((report["updates_per_second"] as? Double ?? 0) * seconds / updates - 1) < 1e-6)

    let evaluation = try #require(report["evaluation"] as? [String: Any])
    #expect(evaluation.keys.sorted() == ["episodes", "mean", "std"])
    #expect(evaluation["episodes"] as? Int == 5)

    let attribution = try #require(report["attribution"] as? [String: Any])
    #expect(attribution.keys.sorted() == ["stages", "unattributed_share"])
    let stages = try #require(attribution["stages"] as? [[String: Any]])
    #expect(stages.allSatisfy { $0.keys.sorted() == ["name", "share"] })
    #expect(stages.map { $0["name"] as? String } == ["act", "insert", "sample", "learn"])
    let shares = stages.compactMap { $0["share"] as? Double }
    let rest = try #require(attribution["unattributed_share"] as? Double)
    #expect(shares.count == 4 && (shares + [rest]).allSatisfy { (0...1).contains($0) })
    #expect(abs(shares.reduce(rest, +) - 1) < 1e-9)
  }

  @Test func folderAndEvaluation() throws {
    let result = try train(["dqn-cartpole"] + Self.small)
    #expect(result.exitCode == 0, "\(result.standardError)")
    for word in ["1024 steps", "unattributed", latest] {
      #expect(result.standardOutput.contains(word), "\(result.standardOutput)")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
    try #require(files.count == 8)
    #expect(files[0] == ".lock" && files[3].hasPrefix("events.out.tfevents."))
    #expect(
      files[1...2] + files[4...] == [
        "best.ckpt", "evaluations.csv", "experiment.yaml", "latest.ckpt", "metrics.csv", "run.json",
      ])
    // Two evaluations of five episodes each.
    #expect(lines(run + "/evaluations.csv") == 11)
    let table = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    #expect(table[0].hasPrefix("step,time/episodes,rollout/ep_rew_mean,"))
    // Four records and two evaluations.
    let steps = table.dropFirst().map { $0.prefix { $0 != "," } }
    #expect(steps == ["256", "512", "512", "768", "1024", "1024"])
    // What is in the folder can be run again, to the same end.
    let again = try train([run + "/experiment.yaml"], to: folder.path + "/again")
    #expect(again.exitCode == 0, "\(again.standardError)")
    #expect(try bytes(folder.path + "/again/latest.ckpt") == bytes(latest))

    let evaluated = try Drivetrain.run("evaluate", run + "/best.ckpt", "--episodes", "7", "--json")
    #expect(evaluated.exitCode == 0 && evaluated.standardError == "", "\(evaluated.standardError)")
    let report = try json(evaluated.standardOutput)
    let returns = try #require(report["returns"] as? [Double])
    #expect(returns.count == 7 && report["episodes"] as? Int == 7)
    #expect(abs((report["mean"] as? Double ?? 0) - returns.reduce(0, +) / 7) < 1e-9)
    // Not of the training's evaluations, whose best this policy is; and named, so that they can be asked for again.
    #expect(report["seed"] as? UInt64 == 3 + 1 << 33 && report["training_seed"] as? Int == 3)
    let same = try Drivetrain.run(
      "evaluate", run, "--episodes", "7", "--json", "--seed", "\(UInt64(3) + 1 << 33)")
    #expect(same.standardOutput == evaluated.standardOutput)
    let random = try Drivetrain.run("evaluate", run, "--episodes", "2", "--json", "--seed", "random")
    #expect(random.exitCode == 0)
    #expect(try json(random.standardOutput)["seed"] as? UInt64 != 3 + 1 << 33)
    let other = try Drivetrain.run("evaluate", run + "/best.ckpt", "--episodes", "7", "--seed", "9", "--json")
    #expect(other.exitCode == 0 && other.standardOutput != evaluated.standardOutput)
    #expect(try Drivetrain.run("evaluate", latest).standardOutput.contains("over 20 episodes"))
  }

  /// Trained here, exported, and served: the server acts as the policy does.
  @Test(arguments: ["dqn-cartpole", "td3-pendulum"]) func exportedAndServed(experiment: String) throws {
    let result = try train([experiment] + Self.small)
    #expect(result.exitCode == 0, "\(result.standardError)")
    let model = folder.path + "/agent.onnx"
    let export = try Drivetrain.run("export", latest, "--onnx", model)
    #expect(export.exitCode == 0 && export.standardError.contains("agrees"), "\(export.standardError)")

    let check = try TrainedPolicy(contentsOf: latest).recordCheck(observations: 50)
    let body = """
      {"inputs":[{"name":"observation","shape":[50,\(check.observationSize)],"datatype":"FP32",
      "data":\(check.observations)}]}
      """
    let server = try Server(model)
    let response = try server.connect().request(
      "POST", "/v2/models/agent/infer", headers: ["Content-Type": "application/json"], body: Data(body.utf8))
    #expect(response.status == 200)
    let answer = try json(String(decoding: response.body, as: UTF8.self))
    let outputs = try #require(answer["outputs"] as? [[String: Any]])
    let actions = try #require(outputs.first { $0["name"] as? String == "action" }?["data"] as? [Double])
    #expect(actions.count == 50)
    #expect(zip(actions, check.expected.actions).allSatisfy { abs($0 - Double($1)) < 1e-4 })
    if experiment == "dqn-cartpole" { #expect(actions == check.expected.actions.map(Double.init)) }
    #expect(try server.terminate() == 0)
  }

  /// Ctrl-C in the middle, and the same end as if there had been none.
  @Test(arguments: [SIGINT, SIGTERM]) func interrupted(signal: Int32) throws {
    let settings = [
      "dqn-cartpole", "--set", "steps=60000", "hidden=[16, 16]", "eval_freq=20000", "n_eval_episodes=2",
      "log_freq=1000", "train_freq=7", "gradient_steps=2", "batch_size=16",
    ]
    let process = try ChildProcess(Drivetrain.path, ["train"] + settings + ["--output", run])
    while !process.hasEnded, lines(run + "/metrics.csv") < 3 { usleep(5_000) }
    process.signal(signal)
    #expect(try process.wait() == 1)
    #expect(process.standardOutput == "")
    let said = process.standardError
    #expect(said.contains("drivetrain train --resume \(run)"), "\(said)")
    #expect(said.contains("stopped at step"), "\(said)")
    #expect(try Drivetrain.run("evaluate", latest, "--episodes", "1").exitCode == 0)

    let resumed = try Drivetrain.run("train", "--resume", run, "--json")
    #expect(resumed.exitCode == 0, "\(resumed.standardError)")
    #expect(try json(resumed.standardOutput)["steps"] as? Int == 60_000)
    let whole = try train(settings, to: folder.path + "/whole")
    #expect(whole.exitCode == 0, "\(whole.standardError)")
    #expect(try bytes(latest) == bytes(folder.path + "/whole/latest.ckpt"))
    #expect(try bytes(run + "/best.ckpt") == bytes(folder.path + "/whole/best.ckpt"))
    // Records of the same steps, once each.
    #expect(lines(run + "/metrics.csv") == lines(folder.path + "/whole/metrics.csv"))
  }

  /// `--steps` stops early, in the middle of a round; a run that is over can be gone on with, too.
  @Test func stoppedBySteps() throws {
    let settings = ["dqn-cartpole"] + Self.small
    #expect(try train(settings).exitCode == 0)
    let part = folder.path + "/part"
    #expect(try train(settings + ["--steps", "700"], to: part).exitCode == 0)
    let resumed = try Drivetrain.run("train", "dqn-cartpole", "--resume", part)
    #expect(resumed.exitCode == 0, "\(resumed.standardError)")
    #expect(try bytes(part + "/latest.ckpt") == bytes(latest))
    let nothingLeft = try Drivetrain.run("train", "--resume", part, "--json")
    #expect(nothingLeft.exitCode == 0, "\(nothingLeft.standardError)")
    #expect(nothingLeft.standardError.contains("all of its 1024 steps are done"))
    #expect(try json(nothingLeft.standardOutput)["steps"] as? Int == 1024)
    #expect(try bytes(part + "/latest.ckpt") == bytes(latest))
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  private func lines(_ path: String) -> Int {
    (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == UInt8(ascii: "\n") }
  }
}
