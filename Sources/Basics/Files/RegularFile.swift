import Foundation

/// A regular file, open for reading. Folders, pipes, sockets and devices are refused, and opening never
/// blocks.
///
/// All files from outside are read by this. A file that shrinks meanwhile gives fewer bytes; no memory is
/// mapped that could vanish. Any thread may read.
public final class RegularFile: Sendable {
  /// Bytes at opening; 0 for files that the kernel generates, such as `/proc/stat`.
  public let size: Int
  private let descriptor: Int32

  /// - Throws: `FileError` with the reason alone, without the path.
  public init(_ path: String) throws(FileError) {
    // The system would end the path at the NUL and open another file.
    guard !path.utf8.contains(0) else { throw FileError("its name has a NUL character") }
    // Opening a pipe must not block, nor must a terminal become this process's own.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw FileError(errno == ENXIO ? "it is a socket; name a regular file" : Self.reason)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError("it is \(Self.kind(of: status.st_mode)); name a regular file")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The whole content; `nil` if it is larger than `limit` bytes.
  ///
  /// - Throws: `FileError` with the reason alone.
  public func read(atMost limit: Int) throws(FileError) -> Data? {
    guard size <= limit else { return nil }
    // One byte more than the limit, so that the end shows.
    var capacity = min(max(size, 4095), limit) + 1
    guard var bytes = malloc(capacity) else { throw FileError("no memory for \(capacity) bytes") }
    var count = 0
    do throws(FileError) {
      while true {
        let room = UnsafeMutableRawBufferPointer(start: bytes + count, count: capacity - count)
        let some = try read(at: count, into: room)
        count += some
        guard some == room.count else { break }
        guard capacity <= limit else {
          free(bytes)
          return nil
        }
        capacity = min(2 * capacity, limit + 1)
        guard let more = realloc(bytes, capacity) else { throw FileError("no memory for \(capacity) bytes") }
        bytes = more
      }
    } catch {
      free(bytes)
      throw error
    }
    return Data(bytesNoCopy: bytes, count: count, deallocator: .free)
  }

  /// Fills the bytes from `offset` on.
  ///
  /// - Returns: the number of bytes read; fewer only at the file's end.
  /// - Throws: `FileError` with the reason alone.
  public func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    var done = 0
    while done < bytes.count {
      // Linux moves at most 2 GiB at once.
      let some = pread(descriptor, start + done, min(bytes.count - done, 1 << 30), off_t(offset + done))
      if some < 0, errno == EINTR { continue }
      guard some >= 0 else { throw FileError(Self.reason) }
      if some == 0 { break }
      done += some
    }
    return done
  }

  private static var reason: String { String(cString: strerror(errno)) }

  /// The kind of a file that isn't regular.
  static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "no file"
    }
  }
}

extension Data {
  /// Reads a regular file.
  ///
  /// - Throws: `FileError` with the reason alone, also if there are more bytes than `limit`.
  public static func read(_ path: String, atMost limit: Int) throws(FileError) -> Data {
    guard let data = try RegularFile(path).read(atMost: limit) else {
      throw FileError("it has more than \(limit) bytes; make it smaller")
    }
    return data
  }
}

extension String {
  /// Reads a regular file of UTF-8 text.
  ///
  /// - Throws: `FileError` with the reason alone, also if there are more bytes than `limit`.
  public static func read(_ path: String, atMost limit: Int = 1 << 20) throws(FileError) -> String {
    guard let text = String(data: try Data.read(path, atMost: limit), encoding: .utf8) else {
      throw FileError("it is not UTF-8 text")
    }
    return text
  }
}
