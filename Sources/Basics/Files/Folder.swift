import Foundation

/// Access to the contents of folders.
public enum Folder {
  /// An entry of a folder.
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// Whether it is a folder or leads to one; `nil` if the listing doesn't say: see `isFolder(in:)`.
    fileprivate let kind: Bool?

    /// Whether it is a folder, also through a symbolic link.
    public func isFolder(in folder: String) -> Bool { kind ?? Folder.exists(folder + "/" + name) }
  }

  /// The entries of a folder in no order, except `.`, `..` and names that aren't UTF-8.
  ///
  /// - Throws: `FileError` with the reason alone, also beyond the limit.
  public static func entries(of path: String, atMost limit: Int = 100_000) throws(FileError) -> [Entry] {
    // Opening a pipe doesn't block, and anything but a folder is refused.
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(String(cString: strerror(errno))) }
    guard let stream = fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw FileError(String(cString: strerror(code)))
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileError(String(cString: strerror(errno))) }
        return entries
      }
      // The name's start; the structure's size counts the longest name.
      let start = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      let name = String(validatingCString: start.assumingMemoryBound(to: CChar.self))
      guard let name, name != ".", name != ".." else { continue }
      guard entries.count < limit else { throw FileError("it has more than \(limit) entries") }
      entries.append(Entry(name: name, kind: kind(entry.pointee.d_type)))
    }
  }

  /// Whether there is a folder, also through a symbolic link.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func kind(_ type: UInt8) -> Bool? {
    switch Int(type) {
    case DT_DIR: true
    case DT_LNK, DT_UNKNOWN: nil
    default: false
    }
  }
}
