import Dataflow
import Foundation
import Planning
import Reinforcement
import TestSupport
import Testing

/// However a run ends, what it had is saved and said; and its folder is its own.
@Suite struct TrainEndTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path + "/run" }

  init() throws { folder = try TemporaryFolder() }

  /// Would take hours.
  private static let long = [
    "train", "dqn-cartpole", "--set", "steps=100000000", "hidden=[8]", "log_freq=256", "eval_freq=0",
    "n_eval_episodes=1", "buffer_size=2000", "batch_size=8",
  ]

  private func start(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> ChildProcess {
    let process = try ChildProcess(
      Drivetrain.path, Self.long + arguments + ["--output", run], environment: environment)
    while !process.hasEnded, lines("metrics.csv") < 3 { usleep(5_000) }
    return process
  }

  private func lines(_ name: String) -> Int {
    (FileManager.default.contents(atPath: run + "/" + name) ?? Data()).count { $0 == UInt8(ascii: "\n") }
  }

  private func record() throws -> RunRecord { try RunRecord(contentsOf: run + "/run.json") }

  private func train(_ arguments: String...) throws -> Drivetrain.Run {
    let process = try ChildProcess(Drivetrain.path, ["train"] + arguments)
    return Drivetrain.Run(
      exitCode: try process.wait(), standardOutput: process.standardOutput,
      standardError: process.standardError)
  }

  private static let small = [
    "steps=600", "hidden=[8]", "learning_starts=0", "train_freq=50", "gradient_steps=2", "n_eval_episodes=1",
    "buffer_size=700",
  ]

  private func small(_ more: String..., to output: String? = nil, set: [String] = []) throws -> Drivetrain.Run
  {
    let process = try ChildProcess(
      Drivetrain.path,
      ["train", "dqn-cartpole", "--output", output ?? run] + more + ["--set"] + Self.small + set)
    return Drivetrain.Run(
      exitCode: try process.wait(), standardOutput: process.standardOutput,
      standardError: process.standardError)
  }

  @Test(arguments: [
    (SIGHUP, "SIGHUP"), (SIGTERM, "SIGTERM"), (SIGXCPU, "SIGXCPU"), (SIGUSR1, "SIGUSR1"), (SIGINT, "SIGINT"),
  ])
  func signals(number: Int32, name: String) throws {
    let process = try start()
    // Twice, as terminals and managers do; it is saved all the same.
    for _ in 0..<2 { process.signal(number) }
    #expect(try process.wait() == 1)
    let said = process.standardError
    #expect(said.contains("stopped at step") && said.contains("by \(name); go on with"), "\(said)")
    #expect(try Drivetrain.run("evaluate", run + "/latest.ckpt", "--episodes", "1").exitCode == 0)
    let record = try record()
    #expect(record.parts.count == 1 && record.parts[0].end == "stopped by \(name)")
    #expect(try CheckpointReader(path: run + "/latest.ckpt").metadata.steps == record.steps)
    // Nobody has the folder any more.
    #expect(try RunDirectory(resuming: run).canBeResumed)
  }

  /// `nohup` is what SIGHUP doesn't reach.
  @Test func nohup() throws {
    let process = try ChildProcess(
      "/bin/bash",
      ["-c", "trap '' HUP; exec \"$0\" \"$@\"", Drivetrain.path] + Self.long + ["--output", run])
    while !process.hasEnded, lines("metrics.csv") < 3 { usleep(5_000) }
    process.signal(SIGHUP)
    let before = lines("metrics.csv")
    while !process.hasEnded, lines("metrics.csv") < before + 3 { usleep(5_000) }
    #expect(!process.hasEnded)
    process.signal(SIGTERM)
    #expect(try process.wait() == 1 && process.standardError.contains("by SIGTERM"))
  }

  /// Whoever reads the progress goes away: the training goes on to its end.
  @Test func brokenPipe() throws {
    let process = try ChildProcess(
      "/bin/bash",
      [
        "-c", "(\"$0\" \"$@\" 2>&1; echo $? >\(folder.path)/code) | head -c 1", Drivetrain.path, "train",
        "dqn-cartpole",
        "--output", run, "--set", "eval_freq=50",
      ] + Self.small)
    #expect(try process.wait() == 0)
    while !FileManager.default.fileExists(atPath: folder.path + "/code") { usleep(5_000) }
    #expect(try CheckpointReader(path: run + "/latest.ckpt").metadata.steps == 600)
    #expect(try record().parts[0].end == "finished")
  }

  /// The disk is full in the middle, or files may not become larger: the policy is small and is kept.
  @Test func fullDisk() throws {
    let process = try start()
    while !process.hasEnded, (FileManager.default.contents(atPath: run + "/metrics.csv")?.count ?? 0) < 20_000
    {
      usleep(5_000)
    }
    let limit = try ChildProcess("prlimit", ["--pid", "\(process.pid)", "--fsize=18000"])
    #expect(try limit.wait() == 0, "\(limit.standardError)")
    #expect(try process.wait() == 1)
    let said = try #require(process.standardError.split(separator: "\n").last)
    #expect(said.contains("File too large") && said.contains("is in \(run)/policy.ckpt"), "\(said)")
    #expect(try Drivetrain.run("evaluate", run, "--episodes", "1").exitCode == 0)
    let resumed = try train("--resume", run)
    #expect(resumed.exitCode == 1 && resumed.standardError.contains("--start-from \(run)/policy.ckpt"))
  }

  @Test func folderRemoved() throws {
    let process = try start(environment: ["TMPDIR": folder.path + "/"])
    try FileManager.default.moveItem(atPath: run, toPath: folder.path + "/elsewhere")
    #expect(try process.wait() == 1)
    let said = try #require(process.standardError.split(separator: "\n").last)
    #expect(
      said.contains("was removed or replaced") && said.contains("--resume \(folder.path)/drivetrain-"),
      "\(said)")
    #expect(!FileManager.default.fileExists(atPath: run))
    let place = try #require(said.split(separator: " ").last.map(String.init))
    let resumed = try train("--resume", place, "--steps", "1", "--json")
    #expect(resumed.exitCode == 0, "\(resumed.standardError)")
  }

  @Test func oneRunInAFolder() throws {
    let process = try start()
    let second = try small()
    #expect(
      second.exitCode == 1 && second.standardError.contains("in use: process \(process.pid) on "),
      "\(second.standardError)")
    let forced = try small("--overwrite")
    #expect(forced.exitCode == 1 && forced.standardError.contains("in use"))
    process.signal(SIGKILL)
    #expect(try process.wait() == -9)
    // Killed before its first checkpoint: there is something all the same.
    let third = try small()
    #expect(third.exitCode == 1 && third.standardError.contains("has a run in it already"))
    let steps = lines("metrics.csv")
    #expect(try small("--overwrite").exitCode == 0)
    #expect(lines("metrics.csv") < steps)
    #expect(try FileManager.default.contentsOfDirectory(atPath: run).count { $0.hasPrefix("events.") } == 1)
  }

  /// Each of those that begin at once has a folder of its own.
  @Test func sweep() throws {
    let processes = try (0..<4).map { number in
      try ChildProcess(
        "/bin/bash",
        [
          "-c", "cd \(folder.path) && exec \"$0\" \"$@\"", Drivetrain.path, "train",
          try Repository.path("Experiments/dqn-cartpole.yaml"), "--quiet", "--set",
          "batch_size=\(number + 1)",
        ]
          + Self.small)
    }
    for process in processes { #expect(try process.wait() == 0, "\(process.standardError)") }
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/runs").sorted()
    #expect(runs == ["dqn-cartpole-seed0"] + (2...4).map { "dqn-cartpole-seed0-\($0)" })
  }

  /// Going on with other settings is written down; what the run's state is made of can't change.
  @Test func otherSettings() throws {
    #expect(try small("--steps", "300").exitCode == 0)
    let fixed = try train("--resume", run, "--set", "hidden=[9]")
    // Its weights don't fit other networks; those of the same networks they do.
    #expect(
      fixed.exitCode == 1 && fixed.standardError.contains("begin a new one\n"), "\(fixed.standardError)")
    let larger = try train("--resume", run, "--set", "buffer_size=9000")
    #expect(larger.exitCode == 1 && larger.standardError.contains("--start-from \(run)"))
    let resumed = try train("--resume", run, "--set", "lr=1e-4")
    #expect(resumed.exitCode == 1 && resumed.standardError.contains("'learning_rate'"))
    let changed = try train("--resume", run, "--set", "learning_rate=1e-4", "n_timesteps=700")
    #expect(changed.exitCode == 0, "\(changed.standardError)")
    #expect(
      changed.standardError.contains(
        "from step 300 on: steps=700 (it was 600), learning_rate=0.0001 (it was 0.0023)"))
    let record = try record()
    #expect(record.parts.map(\.changes) == [[], ["steps=700", "learning_rate=0.0001"]])
    #expect(record.steps == 700 && record.parts.map(\.end) == ["stopped by --steps", "finished"])
    #expect(
      try String(contentsOfFile: run + "/experiment.yaml", encoding: .utf8).contains("learning_rate: 0.0001"))
    #expect(try CheckpointReader(path: run + "/latest.ckpt").metadata.steps == 700)
  }

  /// What decides the results is in the folder, and a run that goes on under other conditions says so.
  @Test func otherConditions() throws {
    #expect(try small("--steps", "300").exitCode == 0)
    let path = run + "/run.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let kernel = try #require(try record().conditions?.matrixKernel)
    for word in ["\"device\" : \"cpu\"", "\"vector_bits\"", "\"version\"", "\"glibc "] {
      #expect(text.contains(word), "\(text)")
    }
    try Data(text.replacing("\"matrix_kernel\" : \"\(kernel)\"", with: "\"matrix_kernel\" : \"other\"").utf8)
      .write(to: URL(filePath: path))
    let resumed = try train("--resume", run)
    #expect(resumed.exitCode == 0)
    #expect(
      resumed.standardError.contains("with matrix kernels \(kernel) instead of other"),
      "\(resumed.standardError)")
    // One account over all parts.
    let seconds = try record().parts.map(\.seconds)
    let report = try train("--resume", run, "--json")
    #expect(report.exitCode == 0 && !report.standardError.contains("instead of"), "\(report.standardError)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(report.standardOutput.utf8)) as? [String: Any])
    #expect(try #require(json["seconds"] as? Double) >= seconds.reduce(0, +))
  }

  @Test func startedFromAnother() throws {
    #expect(try small().exitCode == 0)
    let other = folder.path + "/other"
    let started = try train(
      "--start-from", run, "--output", other, "--steps", "100", "--set", "learning_rate=1e-4")
    #expect(started.exitCode == 0, "\(started.standardError)")
    let record = try RunRecord(contentsOf: other + "/run.json")
    #expect(record.parts[0].startedFrom == "\(run)/best.ckpt, step 600" && record.parts[0].step == 100)
    let elsewhere = try train(
      "dqn-acrobot", "--start-from", run, "--output", folder.path + "/fourth", "--set", "steps=10",
      "hidden=[8]")
    #expect(
      elsewhere.exitCode == 1 && elsewhere.standardError.contains("of CartPole-v1, whose observations"),
      "\(elsewhere.standardError)")
    let unfit = try small("--start-from", run, to: folder.path + "/third", set: ["dueling=true"])
    #expect(unfit.exitCode == 1 && !FileManager.default.fileExists(atPath: folder.path + "/third"))
  }

  @Test func quietAndSteps() throws {
    let result = try small("--quiet", "--log-steps", set: ["eval_freq=100"])
    #expect(result.exitCode == 0 && result.standardError == "", "\(result.standardError)")
    #expect(result.standardOutput.contains("final policy") && lines("steps.csv") == 601)
    #expect(result.standardOutput.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix(run) })
  }

  /// A policy alone: it can be evaluated and begun with, not gone on with.
  @Test func withoutReplay() throws {
    #expect(try small(set: ["save_replay=false"]).exitCode == 0)
    #expect(!FileManager.default.fileExists(atPath: run + "/latest.ckpt"))
    #expect(try Drivetrain.run("evaluate", run + "/policy.ckpt", "--episodes", "1").exitCode == 0)
    #expect(try train("--resume", run).exitCode == 1)
  }

  /// After learning has failed there is a way on, which is told as it works.
  @Test func afterDivergence() throws {
    let failed = try small(
      set: [
        "steps=5000", "hidden=[64, 64, 64, 64, 64, 64, 64, 64]", "learning_rate=10", "learning_starts=1000",
        "train_freq=1", "gradient_steps=4", "batch_size=4", "loss=squared", "target_update_interval=1",
        "save_freq=900",
      ])
    #expect(failed.exitCode == 1)
    let said = try #require(failed.standardError.split(separator: "\n").last)
    let command = try #require(said.firstRange(of: "drivetrain train ").map { said[$0.upperBound...] })
    #expect(command == "--resume \(run) --set learning_rate=1.0", "\(said)")
    let resumed = try train("--resume", run, "--steps", "1200", "--set", "learning_rate=1e-5")
    #expect(resumed.exitCode == 0, "\(resumed.standardError)")
  }
}
