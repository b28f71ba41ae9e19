import Basics
import Dataflow
import Foundation

/// The size of a run's checkpoints on the disk, before it starts.
public struct DiskForecast: Hashable, Sendable {
  /// The bytes of the largest `latest.ckpt`.
  public let checkpointBytes: Int
  /// The most copies at a time: two while one replaces the other.
  public let copies: Int
  /// The bytes of all files except the logs.
  public let bytes: Int
  private let rowBytes: Int
  private let rows: Int

  /// - Parameter steps: after which the run stops.
  public init(_ experiment: Experiment, _ spaces: Spaces, steps: Int) {
    let (budget, settings) = (experiment.budget, experiment.algorithm.common)
    let policy = NetworkForecast(experiment.algorithm.networkSizes(for: spaces)).savedBytes
    rowBytes =
      4
      * TransitionLayout(observationSize: spaces.observation.size, actionSize: spaces.action.size).stride
    rows = budget.savesReplay ? min(settings.bufferSize, max(steps, 0)) : 0
    checkpointBytes = policy + rows * rowBytes
    let isSavedOnTheWay =
      budget.checkpointFrequency > 0 ? budget.checkpointFrequency < steps : budget.checkpointMinutes > 0
    copies = isSavedOnTheWay ? 2 : 1
    // best.ckpt is replaced, too.
    bytes = copies * checkpointBytes + 2 * policy
  }

  /// The room on a disk.
  public struct Room: Hashable, Sendable {
    /// Free bytes; `nil` if the system doesn't report them.
    public let free: Int?
    /// The most bytes of a file (`ulimit -f`); `nil`: no limit.
    public let fileLimit: Int?

    public init(free: Int?, fileLimit: Int? = nil) {
      self.free = free
      self.fileLimit = fileLimit
    }

    /// The room at a path, which needn't exist.
    public init(at path: String) {
      var (place, status) = (path.isEmpty ? "." : path, statvfs())
      while statvfs(place, &status) != 0, errno == ENOENT || errno == ENOTDIR {
        let parent = Folder.parent(of: place)
        guard place != "/", place != "." else { break }
        place = parent.isEmpty ? "." : parent
      }
      let isKnown = status.f_frsize > 0 && status.f_blocks > 0
      free = isKnown ? Int(saturating: Double(status.f_bavail) * Double(status.f_frsize)) : nil
      var limit = rlimit()
      let isKnownLimit = getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
      fileLimit = isKnownLimit && limit.rlim_cur < Int.max ? Int(limit.rlim_cur) : nil
    }
  }

  /// Refuses a run whose checkpoints would not fit.
  ///
  /// - Parameter present: the bytes of its checkpoints already there.
  /// - Throws: `FileError` with the numbers and a remedy.
  public func check(against room: Room, at path: String, present: Int = 0) throws(FileError) {
    if let limit = room.fileLimit, checkpointBytes > limit {
      let others = checkpointBytes - rows * rowBytes
      throw FileError(
        "latest.ckpt comes to \(byteText(checkpointBytes)), and a file may have \(byteText(limit)) only (ulimit -f); "
          + remedy(rows: max(0, limit - others) / max(rowBytes, 1), saysWhen: false))
    }
    guard let free = room.free, bytes > free + present else { return }
    let others = bytes - copies * rows * rowBytes
    throw FileError(
      "\(byteText(bytes)) of disk are needed"
        + (copies > 1 ? ", twice what latest.ckpt comes to, which is replaced by a new one" : "")
        + ", but \(path) has \(byteText(free + present)) free; "
        + remedy(rows: max(0, free + present - others) / copies / max(rowBytes, 1), saysWhen: copies > 1))
  }

  /// - Parameter saysWhen: whether saving less often would help.
  private func remedy(rows fitting: Int, saysWhen: Bool) -> String {
    guard rows > 0 else { return "make room" }
    let size = fitting.downToTwoDigits
    return (size > 0 ? "set buffer_size to \(size) or less, " : "")
      + (saysWhen ? "save only at the end by save_freq=0 and save_minutes=0, " : "")
      + "or keep the policy alone by save_replay=false, so that the run can't be gone on with"
  }
}
