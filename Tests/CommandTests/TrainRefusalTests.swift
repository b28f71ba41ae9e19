import Foundation
import TestSupport
import Testing

/// What can't be trained, resumed, evaluated or exported: one line with the reason, the right exit code, no crash.
@Suite struct TrainRefusalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expect(
    _ arguments: [String], exitCode: Int, says: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let process = try ChildProcess(Drivetrain.path, arguments)
    let code = try process.wait()
    let said = process.standardError
    #expect(code == exitCode, "\(said)", sourceLocation: location)
    #expect(process.standardOutput == "", sourceLocation: location)
    #expect(said.split(separator: "\n").count == 1, "\(said)", sourceLocation: location)
    #expect(said.hasPrefix("drivetrain: ") && said.contains(says), "\(said)", sourceLocation: location)
  }

  /// A finished run of a few steps.
  private func smallRun() throws -> String {
    let run = folder.path + "/run"
    let process = try ChildProcess(
      Drivetrain.path,
      [
        "train", "dqn-cartpole", "--output", run, "--set", "steps=300", "hidden=[8]", "learning_starts=0",
        "train_freq=50", "gradient_steps=2", "n_eval_episodes=1", "buffer_size=400",
      ])
    #expect(try process.wait() == 0, "\(process.standardError)")
    return run
  }

  @Test(arguments: [
    (["train"], "name an experiment"),
    (["train", "dqn-cartpole", "--steps", "0"], "--steps"),
    (["train", "dqn-cartpole", "--steps", "many"], "--steps"),
    (["train", "dqn-cartpole", "--seed", "-1"], "--seed"),
    (["train", "dqn-cartpole", "--seed", "4294967296"], "--seed"),
    (["train", "--resume", "x", "--overwrite"], "--overwrite"),
    (["train", "--resume", "x", "--start-from", "y"], "--start-from"),
    (["train", "dqn-cartpole", "--overwrite"], "--output"),
    (["train", "--resume", "x", "--seed", "1"], "--seed"), (["train", "--resume", ""], "folder of a run"),
    (["train", "--resume", "x", "--output", "y"], "--output"),
    (["train", "dqn-cartpole", "dqn-acrobot"], "dqn-acrobot"),
    (["evaluate"], "checkpoint"),
    (["evaluate", "x.ckpt", "--episodes", "0"], "--episodes"),
    (["export", "x.ckpt"], "--onnx"),
  ])
  func usage(arguments: [String], says: String) throws {
    try expect(arguments, exitCode: 2, says: says)
  }

  @Test(arguments: [
    (["dqn-cartpol"], "did you mean 'dqn-cartpole'?"),
    (["zzz"], "there is no experiment 'zzz'"),
    (["none/such.yaml"], "none/such.yaml"),
    (["Experiments/"], "can't be read"),
    (["Pipelines/classify.yaml"], "'algorithm'"),
    (["dqn-cartpole", "--set", "gama=0.9"], "did you mean 'gamma'?"),
    (["dqn-cartpole", "--set", "gamma"], "key=value"),
    (["dqn-cartpole", "--set", "gamma=1.5"], "'gamma' is 1.5"),
    (["dqn-cartpole", "--set", "gamma=nan"], "'gamma'"),
    (["dqn-cartpole", "--set", "gamma="], "--set"),
    (["dqn-cartpole", "--set", "hidden=[16"], "--set"),
    (["dqn-cartpole", "--set", "hidden=[0]"], "hidden"),
    (["dqn-cartpole", "--set", "steps=0"], "'steps'"),
    (["dqn-cartpole", "--set", "steps=99999999999999999999"], "'steps'"),
    (["dqn-cartpole", "--set", "environment=Pendulum-v1"], "discrete"),
    (["dqn-cartpole", "--set", "environment=CartPole-v9"], "did you mean 'CartPole-v1'?"),
    (["dqn-cartpole", "--set", "name=../up"], "name must be"),
    (["dqn-cartpole", "--set", "buffer_size=1000000000"], "buffer_size"),
    (["dqn-cartpole", "--output", "/proc/none"], "/proc/none"),
    (["dqn-cartpole", "--output", "/dev/null"], "/dev/null"),
    (["--resume", "Experiments"], "latest.ckpt"),
    (["--resume", "none/such"], "there is no folder none/such"),
    (["--resume", "Experiments/dqn-cartpole.yaml"], "such as Experiments"),
    (["dqn-cartpole", "--output", "README.md"], "it is no folder"),
  ])
  func refused(arguments: [String], says: String) throws {
    let hasFolder = arguments.contains("--output") || arguments[0] == "--resume"
    let output = hasFolder ? [] : ["--output", folder.path]
    try expect(["train"] + arguments + output, exitCode: 1, says: says)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func occupied() throws {
    let run = try smallRun()
    let before = try Data(contentsOf: URL(filePath: run + "/latest.ckpt"))
    try expect(["train", "dqn-cartpole", "--output", run], exitCode: 1, says: "--resume \(run)")
    #expect(try Data(contentsOf: URL(filePath: run + "/latest.ckpt")) == before)
    try expect(["train", "dqn-acrobot", "--resume", run], exitCode: 1, says: "is a run of dqn-cartpole")
  }

  /// Files that aren't what they should be, in the place of the checkpoint.
  @Test func checkpoints() throws {
    let run = try smallRun()
    let good = try Data(contentsOf: URL(filePath: run + "/latest.ckpt"))
    let policy = try Data(contentsOf: URL(filePath: run + "/best.ckpt"))
    var damaged = good
    damaged[good.count / 2] ^= 1
    var newer = good
    newer[8] = 2
    let files: [(bytes: Data, says: String)] = [
      (good.dropLast(10), "cut off"), (good.prefix(20), "cut off"), (Data(), "cut off"),
      (Data("PK\u{3}\u{4} a checkpoint of others".utf8), "not a checkpoint"), (damaged, "damaged"),
      (newer, "newer"),
    ]
    for (bytes, says) in files {
      let path = try folder.write(bytes, to: "run/latest.ckpt")
      try expect(["train", "--resume", run], exitCode: 1, says: says)
      try expect(["evaluate", path], exitCode: 1, says: says)
      try expect(["export", path, "--onnx", folder.path + "/x.onnx"], exitCode: 1, says: says)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/x.onnx"))
    }
    // The policy alone, which can be evaluated and not gone on with.
    try folder.write(policy, to: "run/latest.ckpt")
    try expect(["train", "--resume", run], exitCode: 1, says: "policy only")
    // Nothing is written over a checkpoint but by the run itself.
    let best = run + "/best.ckpt"
    try expect(["export", best, "--onnx", best], exitCode: 1, says: "is a checkpoint")
    #expect(try Data(contentsOf: URL(filePath: best)) == policy)
    try FileManager.default.removeItem(atPath: run + "/latest.ckpt")
    try expect(["train", "--resume", run], exitCode: 1, says: "no latest.ckpt")
    #expect(try Drivetrain.run("evaluate", run + "/best.ckpt", "--episodes", "1").exitCode == 0)
    #expect(try Drivetrain.run("evaluate", run, "--episodes", "1").exitCode == 0)
    try expect(["evaluate", folder.path], exitCode: 1, says: "has no checkpoint")
    try expect(["evaluate", folder.path + "/none.ckpt"], exitCode: 1, says: "none.ckpt")
    try expect(
      ["export", run + "/best.ckpt", "--onnx", folder.path + "/none/x.onnx"], exitCode: 1, says: "none/x.onnx"
    )
  }

  /// Learning that fails: the reason, and all that was there in a checkpoint.
  @Test func diverged() throws {
    let run = folder.path + "/run"
    let process = try ChildProcess(
      Drivetrain.path,
      [
        "train", "dqn-cartpole", "--output", run, "--set", "hidden=[64, 64, 64, 64, 64, 64, 64, 64]",
        "learning_rate=10", "learning_starts=0", "train_freq=1", "gradient_steps=4", "batch_size=4",
        "loss=squared", "target_update_interval=1",
      ])
    #expect(try process.wait() == 1, "\(process.standardError)")
    let said = try #require(process.standardError.split(separator: "\n").last)
    #expect(said.contains("at step") && said.contains(run + "/diverged.ckpt"), "\(said)")
    #expect(FileManager.default.fileExists(atPath: run + "/diverged.ckpt"))
    // A way on, and no policy made of what are no numbers.
    #expect(said.contains("learning_rate=1.0"), "\(said)")
  }
}
