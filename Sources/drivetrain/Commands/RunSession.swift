import Basics
import Dataflow
import Foundation
import Reinforcement

/// A training in progress: its trainer, and its files.
final class RunSession {
  let trainer: Trainer
  let folder: RunDirectory
  let log: RunLog
  private(set) var record: RunRecord
  private let begin = MonotonicTime().now
  private let firstUpdate: Int
  /// The reason for which the run has ended.
  private var ending: String?

  /// - Parameter record: the run's record, whose latest part is this one.
  /// - Throws: `FileError`.
  init(_ trainer: Trainer, in folder: RunDirectory, _ record: RunRecord, logsSteps: Bool) throws {
    self.trainer = trainer
    self.folder = folder
    self.record = record
    firstUpdate = trainer.updates
    log = try RunLog(folder, of: trainer, withSteps: logsSteps, earlierSeconds: record.earlierSeconds)
    try record.write(to: folder.record)
  }

  /// The path that `save` writes to.
  var checkpoint: String { trainer.experiment.budget.savesReplay ? folder.latest : folder.policy }

  /// Writes the files that a resumption needs, and the record.
  ///
  /// - Throws: `CheckpointError`, `FileError`, or `RunDirectoryError.lost`.
  func save() throws {
    try folder.check()
    try log.flush()
    try trainer.save(to: checkpoint, withReplay: trainer.experiment.budget.savesReplay)
    try account()
  }

  /// Records how the run has ended, if possible. Only the first reason counts.
  func end(_ how: String) {
    if ending == nil { ending = how }
    try? account()
  }

  private func account() throws {
    record.update(
      step: trainer.steps, updates: trainer.updates - firstUpdate,
      seconds: Double(MonotonicTime().now - begin) / 1e9, end: ending)
    try folder.check()
    try record.write(to: folder.record)
  }

  /// The command that resumes a stopped run.
  func resumption(_ steps: Int?) -> String {
    let isOver = trainer.steps >= steps ?? trainer.experiment.budget.steps && !trainer.hasWorkLeft
    guard trainer.experiment.budget.savesReplay, !isOver else {
      return "step \(trainer.steps) is saved in \(checkpoint)"
    }
    return "go on with: drivetrain train --resume \(folder.path.quoted)"
      + (steps.map { " --steps \($0)" } ?? "")
  }

  /// Saves as much as possible after `save` has failed: the policy, which is small, in the run's folder, or
  /// else elsewhere.
  ///
  /// - Returns: a text on the saved files and their places.
  func rescue() -> String {
    let step = trainer.steps
    var kept: String?
    if (try? folder.check()) != nil, (try? trainer.save(to: folder.policy, withReplay: false)) != nil {
      kept = "the policy of step \(step) is in \(folder.policy)"
    } else {
      kept = rescueElsewhere()
    }
    var text = kept ?? "nothing of step \(step) could be saved anywhere"
    if (try? folder.check()) != nil, let saved = try? CheckpointReader(path: folder.latest) {
      text +=
        "; \(folder.latest) is of step \(saved.metadata.steps): go on from there with: "
        + "drivetrain train --resume \(folder.path.quoted)"
    }
    return text
  }

  /// Saves everything in a new folder for temporary files if there is room, otherwise the policy.
  private func rescueElsewhere() -> String? {
    let experiment = trainer.experiment
    let path =
      NSTemporaryDirectory() + "drivetrain-\(experiment.name)-seed\(experiment.budget.seed)-\(getpid())"
    guard mkdir(path, 0o777) == 0 else { return nil }
    let forecast = DiskForecast(experiment, trainer.spaces, steps: trainer.steps)
    let hasRoom = (try? forecast.check(against: DiskForecast.Room(at: path), at: path)) != nil
    if hasRoom, (try? trainer.save(to: path + "/latest.ckpt")) != nil {
      return "step \(trainer.steps) is kept in \(path): go on with: drivetrain train --resume \(path.quoted)"
    }
    guard (try? trainer.save(to: path + "/policy.ckpt", withReplay: false)) != nil else { return nil }
    return "the policy of step \(trainer.steps) is in \(path)/policy.ckpt"
  }

  /// The remedy after learning has failed.
  var wayOn: String {
    let rate = "--set learning_rate=\(trainer.experiment.algorithm.common.learningRate / 10)"
    if let saved = try? CheckpointReader(path: folder.latest) {
      return "go on from step \(saved.metadata.steps) with other settings: "
        + "drivetrain train --resume \(folder.path.quoted) \(rate)"
    }
    let best =
      FileManager.default.fileExists(atPath: folder.best) ? " --start-from \(folder.best.quoted)" : ""
    return best.isEmpty
      ? "begin anew with \(rate)"
      : "begin anew with the best policy's weights: drivetrain train\(best) \(rate)"
  }
}
