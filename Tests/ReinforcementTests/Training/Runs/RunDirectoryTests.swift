import Basics
import Dataflow
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Reinforcement

/// A folder belongs to one run and one process.
@Suite struct RunDirectoryTests {
  private let folder: TemporaryFolder
  private let experiment = Experiment("x", environment: "CartPole-v1", algorithm: DQNConfiguration())

  init() throws { folder = try TemporaryFolder() }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func inUse() throws {
    let path = folder.path + "/a/b/run"
    let error = try withExtendedLifetime(RunDirectory(creating: path, for: experiment)) { _ in
      #expect(throws: RunDirectoryError.self) {
        try RunDirectory(creating: path, for: experiment, overwriting: true)
      }
    }
    #expect(error?.description.contains("process \(getpid()) on ") == true, "\(error?.description ?? "")")
    // The lock goes with who had it.
    _ = try RunDirectory(creating: path, for: experiment, overwriting: true)
  }

  @Test func resumedTwice() throws {
    let run = folder.path + "/run"
    _ = try RunDirectory(creating: run, for: experiment)
    try folder.write(Data(), to: "run/latest.ckpt")
    try withExtendedLifetime(RunDirectory(resuming: run)) { _ in
      #expect(throws: RunDirectoryError.self) { try RunDirectory(resuming: run) }
    }
  }

  /// A run that has saved nothing yet is in use, not without a checkpoint.
  @Test func resumedBeforeItSaved() throws {
    let run = folder.path + "/run"
    try withExtendedLifetime(RunDirectory(creating: run, for: experiment)) { _ in
      let error = #expect(throws: RunDirectoryError.self) { try RunDirectory(resuming: run) }
      #expect(error?.description.contains("is in use") == true)
    }
    #expect(throws: RunDirectoryError.nothingToResume(run, kept: nil)) { try RunDirectory(resuming: run) }
  }

  /// Commands that messages name are taken by a shell as they are printed.
  @Test func namesWithBlanks() throws {
    let run = folder.path + "/my run"
    _ = try RunDirectory(creating: run, for: experiment)
    try folder.write(Data(), to: "my run/best.ckpt")
    let error = #expect(throws: RunDirectoryError.self) { try RunDirectory(resuming: run) }
    #expect(error?.description.contains("--start-from '\(run)/best.ckpt'") == true)
    #expect("\(RunDirectoryError.occupied(run, files: ["latest.ckpt"]))".contains("--resume '\(run)'"))
  }

  /// Any file that a run would write is one that it doesn't write over.
  @Test(arguments: [
    "experiment.yaml", "run.json", "latest.ckpt", "best.ckpt", "policy.ckpt", "diverged.ckpt", "metrics.csv",
    "evaluations.csv", "steps.csv", "events.out.tfevents.1.host.2.0", "latest.ckpt.tmp",
  ])
  func occupied(file: String) throws {
    try folder.write(Data("mine".utf8), to: file)
    try folder.write(Data("notes".utf8), to: "notes.txt")
    let error = #expect(throws: RunDirectoryError.self) {
      try RunDirectory(creating: folder.path, for: experiment)
    }
    #expect(error == .occupied(folder.path, files: [file]))
    #expect(error?.description.contains("--resume") == (file == "latest.ckpt"))
    #expect(try names(folder.path) == [file, "notes.txt"].sorted())

    _ = try RunDirectory(creating: folder.path, for: experiment, overwriting: true)
    #expect(try names(folder.path) == [".lock", "experiment.yaml", "notes.txt"])
    #expect(try String(contentsOfFile: folder.path + "/experiment.yaml", encoding: .utf8) == experiment.yaml)
  }

  @Test func whatCantBeMadeLeavesNothing() throws {
    #expect(throws: RunDirectoryError.self) { try RunDirectory(creating: "/dev/null/x", for: experiment) }
    #expect(throws: RunDirectoryError.self) { try RunDirectory(creating: "/proc/none", for: experiment) }
    #expect(throws: RunDirectoryError.self) { try RunDirectory(resuming: folder.path) }
    #expect(try names(folder.path).isEmpty)
  }

  @Test func removed() throws {
    let path = folder.path + "/run"
    let run = try RunDirectory(creating: path, for: experiment)
    try run.check()
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: RunDirectoryError.lost(path)) { try run.check() }
    // Another run's folder of the same name is not this one's.
    try withExtendedLifetime(RunDirectory(creating: path, for: experiment)) { _ in
      #expect(throws: RunDirectoryError.lost(path)) { try run.check() }
    }
  }

  @Test func checkpoints() throws {
    #expect(try RunDirectory.checkpoint(at: "x/y.ckpt") == "x/y.ckpt")
    #expect(throws: RunDirectoryError.noCheckpoint(folder.path)) {
      try RunDirectory.checkpoint(at: folder.path)
    }
    try folder.write(Data(), to: "latest.ckpt")
    #expect(try RunDirectory.checkpoint(at: folder.path) == folder.path + "/latest.ckpt")
    try folder.write(Data(), to: "best.ckpt")
    #expect(try RunDirectory.checkpoint(at: folder.path) == folder.path + "/best.ckpt")
  }

  @Test(arguments: [
    ("a", ""), ("a/b", "a"), ("a//b/", "a"), ("/a", "/"), ("/", ""), ("/a/b/c", "/a/b"), ("", ""), (".", ""),
  ])
  func parents(path: String, parent: String) {
    #expect(Folder.parent(of: path) == parent)
  }
}
