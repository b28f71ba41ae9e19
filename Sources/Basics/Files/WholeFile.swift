import Foundation

/// A file that is written whole or not at all: whatever happens on the way, its path leads to what was there
/// before or to everything that was written, never to a part.
///
/// What is written goes to `<path>.tmp` in the same folder; `commit` brings it to the disk and renames it. A
/// process that is killed leaves that file behind, and the next one that writes takes it over, so at most one
/// is ever left. It is locked meanwhile: a second writer of the same path waits for the first. Used by one thread
/// at a time.
public final class WholeFile {
  public let path: String
  /// Where `path` leads to.
  private let target: String
  /// Where what is written lies until `commit`.
  let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Begins to write. A symbolic link is followed: what it leads to is replaced, not the link.
  ///
  /// - Throws: `FileError` if the folder can't be written to, or the path is something else than a file.
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

  /// Puts the file in its place. Nothing can be written after that.
  ///
  /// - Throws: `FileError` if the disk refuses; what was there before is untouched then.
  public func commit() throws {
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else { throw failure }
    isCommitted = true
    // The name is on the disk only when the folder is.
    let name = Folder.parent(of: target)
    let folder = open(name.isEmpty ? "." : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw failure }
  }

  private var failure: FileError { FileError("can't write \(path)", code: errno) }

  /// Calls `write` with where the rest begins, its length, and how much is done, until nothing is left.
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

  /// Opens the temporary file, empty, for this process alone.
  private static func openLocked(_ temporary: String, for path: String) throws -> Int32 {
    while true {
      // Opening a pipe of that name must not wait for somebody who reads.
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      guard descriptor >= 0 else { throw FileError("can't write \(path)", code: errno) }
      while flock(descriptor, LOCK_EX) != 0 {
        let code = errno
        guard code == EINTR else {
          close(descriptor)
          throw FileError("can't write \(path)", code: code)
        }
      }
      // While this process waited, the one before may have renamed the file: it must not be emptied then.
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
