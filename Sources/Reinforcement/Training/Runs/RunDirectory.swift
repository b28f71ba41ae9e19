import Basics
import Dataflow
import Foundation

/// A training's output folder. It belongs to one run, and to one process at a time.
///
///     experiment.yaml             every setting of the run
///     run.json                    the conditions, durations and ends: see `RunRecord`
///     latest.ckpt                 the whole state, for resuming
///     best.ckpt                   the policy with the best evaluation
///     policy.ckpt                 the policy alone, if there was no room for the whole state
///     diverged.ckpt               the state at a failure of learning
///     metrics.csv, events.out.…   the logs
///     evaluations.csv             each episode of each evaluation
///     steps.csv                   each step, if requested
public final class RunDirectory: Sendable {
  public let path: String
  private let lock: RunLock

  public var latest: String { path + "/latest.ckpt" }
  public var best: String { path + "/best.ckpt" }
  public var policy: String { path + "/policy.ckpt" }
  public var diverged: String { path + "/diverged.ckpt" }
  public var record: String { path + "/run.json" }

  /// The files of a run, except event files.
  private static let fileNames: Set<String> = [
    "experiment.yaml", "run.json", "latest.ckpt", "best.ckpt", "policy.ckpt", "diverged.ckpt", "metrics.csv",
    "evaluations.csv", "steps.csv",
  ]

  /// Makes the folder for a new run, or takes one without a run.
  ///
  /// - Parameters:
  ///   - path: `nil`: `runs/NAME-seedSEED`, with a number appended if it exists.
  ///   - overwriting: whether to remove a run's files there; other files stay.
  /// - Throws: `RunDirectoryError` if a run is there, another process has the folder, or it isn't writable.
  public init(creating path: String?, for experiment: Experiment, overwriting: Bool = false) throws {
    let isNew: Bool
    if let path {
      (self.path, isNew) = (path, try Self.makeFolder(path))
    } else {
      let path = "runs/\(experiment.name)-seed\(experiment.budget.seed)"
      self.path = try Self.makeNewFolder(path)
      isNew = true
    }
    do {
      // Checked before the lock, too: another run's folder must stay unchanged.
      if !overwriting, !Self.exists(self.path + "/.lock") { try Self.checkIsEmpty(self.path) }
      lock = try RunLock(folder: self.path)
      if overwriting { try Self.clear(self.path) }
      try Self.checkIsEmpty(self.path)
      try write(experiment)
    } catch {
      if isNew {
        unlink(self.path + "/.lock")
        rmdir(self.path)
      }
      throw error
    }
  }

  /// The folder of a run to resume.
  ///
  /// - Throws: `RunDirectoryError` if there is no checkpoint, or another process has the folder.
  public init(resuming path: String) throws {
    self.path = path
    guard Folder.exists(path) else { throw RunDirectoryError.noFolder(path, exists: Self.exists(path)) }
    // A run that has just begun has no checkpoint, but a lock; a folder without a run gets no lock.
    let lock = Self.exists(path + "/.lock") ? try RunLock(folder: path) : nil
    guard Self.exists(path + "/latest.ckpt") else {
      let kept = ["best.ckpt", "policy.ckpt"].filter { Self.exists("\(path)/\($0)") }
      throw RunDirectoryError.nothingToResume(path, kept: kept.first)
    }
    self.lock = try lock ?? RunLock(folder: path)
  }

  /// Whether there is a checkpoint for resuming.
  public var canBeResumed: Bool { Self.exists(latest) }

  /// Writes the settings over the previous ones.
  ///
  /// - Throws: `FileError`.
  public func write(_ experiment: Experiment) throws {
    try Data(experiment.yaml.utf8).writeWhole(to: path + "/experiment.yaml")
  }

  /// Checks that the folder still exists.
  ///
  /// - Throws: `RunDirectoryError.lost`.
  public func check() throws(RunDirectoryError) {
    guard lock.isHeld else { throw .lost(path) }
  }

  /// The checkpoint at a path: the path itself, or the best one in a run's folder.
  ///
  /// - Throws: `RunDirectoryError` if the folder has none.
  public static func checkpoint(at path: String) throws(RunDirectoryError) -> String {
    guard Folder.exists(path) else { return path }
    let names = ["best.ckpt", "latest.ckpt", "policy.ckpt"]
    guard let name = names.first(where: { exists("\(path)/\($0)") }) else { throw .noCheckpoint(path) }
    return "\(path)/\(name)"
  }

  /// The bytes of a run's checkpoints.
  public static func checkpointBytes(in path: String) -> Int {
    ["latest.ckpt", "best.ckpt", "policy.ckpt", "diverged.ckpt"].reduce(0) { sum, name in
      var status = stat()
      return sum + (stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : 0)
    }
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// A run's files, in alphabetical order.
  private static func files(in path: String) throws(RunDirectoryError) -> [String] {
    do {
      return try Folder.entries(of: path).map(\.name).filter { name in
        // The temporary file of a killed process ends so.
        let stem = name.hasSuffix(".tmp") ? String(name.dropLast(4)) : name
        return fileNames.contains(stem) || name.hasPrefix("events.out.tfevents.")
      }.sorted()
    } catch {
      throw .unwritable(path, reason: error.description)
    }
  }

  private static func checkIsEmpty(_ path: String) throws(RunDirectoryError) {
    let files = try files(in: path)
    guard files.isEmpty else { throw .occupied(path, files: files) }
  }

  private static func clear(_ path: String) throws(RunDirectoryError) {
    for name in try files(in: path) where unlink("\(path)/\(name)") != 0 {
      throw .unwritable(path, reason: "\(name) can't be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// - Returns: whether the folder is new.
  private static func makeFolder(_ path: String) throws(RunDirectoryError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    let code = errno
    let parent = Folder.parent(of: path)
    if code == ENOENT, !parent.isEmpty, parent != path {
      _ = try makeFolder(parent)
      if mkdir(path, 0o777) == 0 { return true }
    }
    guard Folder.exists(path) else {
      throw .unwritable(path, reason: code == EEXIST ? "it is no folder" : String(cString: strerror(code)))
    }
    return false
  }

  /// Makes a new folder; if the name was taken meanwhile, it uses the next number.
  private static func makeNewFolder(_ path: String) throws(RunDirectoryError) -> String {
    let parent = Folder.parent(of: path)
    _ = try makeFolder(parent)
    var (name, number) = (path, 1)
    while mkdir(name, 0o777) != 0 {
      guard errno == EEXIST else { throw .unwritable(name, reason: String(cString: strerror(errno))) }
      number += 1
      name = "\(path)-\(number)"
    }
    return name
  }
}

/// The reason why a folder can't hold a run.
public enum RunDirectoryError: Error, Sendable, Equatable, CustomStringConvertible {
  case occupied(String, files: [String])
  case inUse(String, by: String)
  case unwritable(String, reason: String)
  /// `kept` is a policy that exists nevertheless.
  case nothingToResume(String, kept: String?)
  case noCheckpoint(String)
  /// `exists` if the path is something else.
  case noFolder(String, exists: Bool)
  case lost(String)

  public var description: String {
    switch self {
    case .occupied(let path, let files):
      "\(path) has a run in it already (\(Self.list(files))); "
        + (files.contains("latest.ckpt") ? "go on with it by --resume \(path.quoted), " : "")
        + "choose another --output, or replace it by --overwrite"
    case .inUse(let path, let holder): "\(path) is in use: \(holder) trains into it; choose another --output"
    case .unwritable(let path, let reason): "can't write to the folder \(path): \(reason)"
    case .nothingToResume(let path, let kept):
      "\(path) has no latest.ckpt to go on from"
        + (kept.map {
          "; begin a new run with the weights of its \($0) by --start-from \("\(path)/\($0)".quoted)"
        } ?? "")
    case .noCheckpoint(let path): "\(path) has no checkpoint in it"
    case .noFolder(let path, exists: false): "there is no folder \(path) to go on with"
    case .noFolder(let path, exists: true):
      "\(path) is no folder; name that of the run, such as \(Folder.parent(of: path).quoted)"
    case .lost(let path): "the folder \(path) was removed or replaced while the run wrote to it"
    }
  }

  private static func list(_ files: [String]) -> String {
    files.prefix(3).joined(separator: ", ") + (files.count > 3 ? ", …" : "")
  }
}
