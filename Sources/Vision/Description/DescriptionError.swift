import Basics

/// Why a model can't be described.
public enum DescriptionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No graph can be read from there.
  case unreadable(path: String, reason: String)
  /// The network takes no image.
  case noImage(path: String, reason: String)
  /// A file says what can't be, or what another contradicts.
  case refused(file: String, key: String?, reason: String)
  /// Nothing tells these keys, and guessing would cost accuracy silently.
  case mustState(path: String, keys: [String], reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "the model \(path) can't be read: \(reason)".printable(atMost: 4000)
    case .noImage(let path, let reason):
      "\(path) takes tensors, not images: \(reason)".printable(atMost: 4000)
    case .refused(let file, let key, let reason):
      "\(file): \(key.map { "'\($0)' " } ?? "")\(reason)".printable(atMost: 4000)
    case .mustState(let path, let keys, let reason):
      "\(path): \(reason); state it: --set \(keys.map { "\($0)=…" }.joined(separator: " "))".printable(
        atMost: 4000)
    }
  }
}
