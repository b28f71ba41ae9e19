import Dataflow
import Foundation

/// The folder that a training leaves behind: its experiment, checkpoints, and logs.
///
///     experiment.yaml             every setting, as it was run
///     latest.ckpt                 all that going on needs
///     best.ckpt                   the policy that did best in an evaluation
///     diverged.ckpt               where learning failed, if it did
///     metrics.csv, events.out.…   the logs
public struct RunDirectory: Sendable, Hashable {
  public let path: String

  public var latest: String { path + "/latest.ckpt" }
  public var best: String { path + "/best.ckpt" }
  public var diverged: String { path + "/diverged.ckpt" }
  private var experimentFile: String { path + "/experiment.yaml" }

  /// Makes the folder for a new run.
  ///
  /// - Parameter path: where; `nil`: `runs/NAME-seedSEED`, with a number behind it if there is one already.
  /// - Throws: `RunDirectoryError` if there is a run already, or nothing can be written.
  public init(creating path: String?, for experiment: Experiment) throws {
    self.path = path ?? Self.free("runs/\(experiment.name)-seed\(experiment.schedule.seed)")
    // A run that was killed before its first checkpoint has left nothing to go on with.
    if canBeResumed { throw RunDirectoryError.occupied(self.path) }
    do {
      try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    } catch {
      throw RunDirectoryError.unwritable(self.path, reason: error.localizedDescription)
    }
    try Data(experiment.yaml.utf8).writeWhole(to: experimentFile)
  }

  /// The folder of a run that is to go on.
  public init(resuming path: String) throws {
    self.path = path
    guard canBeResumed else { throw RunDirectoryError.nothingToResume(path) }
  }

  /// Whether there is a checkpoint to go on from.
  public var canBeResumed: Bool { FileManager.default.fileExists(atPath: latest) }

  private static func free(_ path: String) -> String {
    func isTaken(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    guard isTaken(path) else { return path }
    var number = 2
    while isTaken("\(path)-\(number)") { number += 1 }
    return "\(path)-\(number)"
  }
}

/// Why a folder can't hold a run.
public enum RunDirectoryError: Error, Sendable, Equatable, CustomStringConvertible {
  case occupied(String)
  case unwritable(String, reason: String)
  case nothingToResume(String)

  public var description: String {
    switch self {
    case .occupied(let path):
      "\(path) has a run in it already; go on with it by --resume \(path), or choose another --output"
    case .unwritable(let path, let reason): "can't make the folder \(path): \(reason)"
    case .nothingToResume(let path): "\(path) has no latest.ckpt to go on from"
    }
  }
}
