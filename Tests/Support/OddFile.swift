import Foundation

/// What a path may lead to that isn't a regular file, and that reading it would wait for, or never end.
public enum OddFile: String, CaseIterable, Sendable {
  case pipe, socket, device, folder, linkToPipe

  /// Makes one at a path, in place of what is there.
  public func make(at path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    switch self {
    case .pipe: try check(mkfifo(path, 0o600))
    case .device: try check(symlink("/dev/zero", path))
    case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    case .linkToPipe:
      let pipe = path + ".pipe"
      try? FileManager.default.removeItem(atPath: pipe)
      try check(mkfifo(pipe, 0o600))
      try check(symlink(pipe, path))
    case .socket:
      // The file alone is enough, and its path may be longer than an address.
      try check(mknod(path, S_IFSOCK | 0o600, 0))
    }
  }

  /// What messages call it.
  public var says: String {
    switch self {
    case .pipe, .linkToPipe: "it is a pipe"
    case .socket: "it is a socket"
    case .device: "it is a device"
    case .folder: "it is a folder"
    }
  }

  private func check(_ result: Int32) throws {
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
