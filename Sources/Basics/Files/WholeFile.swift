import Foundation

/// A file that is written as a whole or not at all. Its path always leads to the old content or to all of the
/// new.
///
/// New content goes to `<path>.tmp` in the same folder; `commit` flushes it to the disk and renames it. The
/// temporary file is locked: a second writer of the path waits. A killed process leaves at most one behind,
/// which the next writer takes over. Used by one thread at a time.
public final class WholeFile {
  public let path: String
  /// The file that `path` leads to.
  private let target: String
  /// The file that is written until `commit`.
  let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Begins to write. Behind a symbolic link, the target is replaced and the link stays.
  ///
  /// - Throws: `FileError` if the folder isn't writable, or the path isn't a file's.
  public init(path: String) throws {
    self.path = path
    let target = Self.resolve(path)
    self.target = target
    temporary = target + ".tmp"
    var status = stat()
    if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError("can't write \(path): it is \(RegularFile.kind(of: status.st_mode))")
    }
    descriptor = try Self.openLocked(temporary, for: path)
  }

  deinit {
    if !isCommitted { unlink(temporary) }
    close(descriptor)
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try put(bytes) { start, count, _ in Foundation.write(descriptor, start, count) }
  }

  /// Replaces bytes that were written before.
  public func overwrite(at offset: Int, with bytes: UnsafeRawBufferPointer) throws {
    try put(bytes) { start, count, done in pwrite(descriptor, start, count, off_t(offset + done)) }
  }

  /// Puts the file in its place, after which nothing can be written.
  ///
  /// - Throws: `FileError` if the disk refuses; the old content is untouched then.
  public func commit() throws {
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else { throw failure }
    isCommitted = true
    // The new name is on the disk only after its folder is flushed.
    let name = Folder.parent(of: target)
    let folder = open(name.isEmpty ? "." : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw failure }
  }

  private var failure: FileError { FileError("can't write \(path)", code: errno) }

  /// Calls `write` with the rest's start, its length, and the bytes done, until nothing is left.
  private func put(
    _ bytes: UnsafeRawBufferPointer, by write: (UnsafeRawPointer, Int, Int) -> Int
  ) throws {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      // Linux moves at most 2 GiB at once.
      let some = write(start + done, min(bytes.count - done, 1 << 30), done)
      if some < 0, errno == EINTR { continue }
      guard some > 0 else { throw failure }
      done += some
    }
  }

  /// The file that a path leads to, through symbolic links if it exists.
  private static func resolve(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Opens the temporary file, empty and locked.
  private static func openLocked(_ temporary: String, for path: String) throws -> Int32 {
    while true {
      // Opening a pipe of that name must not block.
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      guard descriptor >= 0 else { throw FileError("can't write \(path)", code: errno) }
      while flock(descriptor, LOCK_EX) != 0 {
        let code = errno
        guard code == EINTR else {
          close(descriptor)
          throw FileError("can't write \(path)", code: code)
        }
      }
      // The previous writer may have renamed the file meanwhile; it must not be emptied then.
      var opened = stat()
      var named = stat()
      if fstat(descriptor, &opened) == 0, lstat(temporary, &named) == 0, opened.st_ino == named.st_ino,
        opened.st_dev == named.st_dev
      {
        guard opened.st_mode & S_IFMT == S_IFREG else {
          close(descriptor)
          throw FileError("can't write \(temporary): it is \(RegularFile.kind(of: opened.st_mode))")
        }
        guard ftruncate(descriptor, 0) == 0 else {
          let code = errno
          close(descriptor)
          throw FileError("can't write \(path)", code: code)
        }
        return descriptor
      }
      close(descriptor)
    }
  }
}
