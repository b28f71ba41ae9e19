import Dataflow

/// A failure to write, read or use a checkpoint, with its file.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
  /// The fault of the file.
  public enum Kind: Hashable, Sendable {
    /// The system's reason.
    case unwritable(reason: String)
    /// The system's reason.
    case unreadable(reason: String)
    /// It is no checkpoint.
    case foreign
    /// Written by a later program.
    case newer(version: Int)
    /// Bytes are missing at the end.
    case truncated(bytes: Int, expected: Int)
    /// Its bytes differ from those written.
    case damaged(reason: String)
    case missing(part: String)
    case size(part: String, bytes: Int, expected: Int)
    /// A readable part doesn't fit the restored object.
    case unfit(part: String, reason: String)
  }

  public let file: String
  public let kind: Kind

  public init(file: String, _ kind: Kind) {
    self.file = file
    self.kind = kind
  }

  public var description: String {
    let reason =
      switch kind {
      case .unwritable(let reason): "can't be written: \(reason)"
      case .unreadable(let reason): "can't be read: \(reason)"
      case .foreign: "is not a checkpoint of Drivetrain"
      case .newer(let version):
        "has format \(version); this program reads up to format \(CheckpointHeader.currentVersion): a newer "
          + "Drivetrain wrote it"
      case .truncated(let bytes, let expected): "is cut off: \(bytes) of \(expected) bytes are there"
      case .damaged(let reason): "is damaged: \(reason)"
      case .missing(let part): "has no part '\(part)'"
      case .size(let part, let bytes, let expected):
        "its part '\(part)' has \(bytes) bytes where this run needs \(expected)"
      case .unfit("", let reason): "doesn't fit: \(reason)"
      case .unfit(let part, let reason): "its part '\(part)' doesn't fit: \(reason)"
      }
    return "\(file) \(reason)"
  }
}
