import Foundation

/// Exclusive access of this process to a run's folder: a lock on its `.lock` file, which the system releases
/// at the process's end. The file stays, and names its latest holder.
final class RunLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// - Throws: `RunDirectoryError` if another process has the folder, or it isn't writable.
  init(folder: String) throws(RunDirectoryError) {
    path = folder + "/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else {
      throw .unwritable(folder, reason: String(cString: strerror(errno)))
    }
    // On a file system without locks the folder is used unlocked.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      // `deinit` closes it.
      throw .inUse(folder, by: Self.text(of: descriptor))
    }
    let holder = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"
    // Only for messages: a full disk doesn't matter.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, holder, holder.utf8.count, 0) }
  }

  deinit { close(descriptor) }

  /// Whether the locked folder still exists; it may have been removed and made anew.
  var isHeld: Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : "another process"
  }
}
