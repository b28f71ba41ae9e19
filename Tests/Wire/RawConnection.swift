import Foundation

/// A TCP connection to this machine.
public final class RawConnection {
  private let descriptor: Int32
  /// Whether the other side has closed.
  public private(set) var isClosed = false

  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
  }

  /// - Parameter receiveBuffer: bytes that the system keeps of what isn't read; as many as it likes if not given.
  public init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("socket") }
    // Nothing in a test may wait forever, but the machine may be busy with others.
    var limit = timeval(tv_sec: 180, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafeBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        Glibc.connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
      }
    }
    // `deinit` closes: everything is initialised. Closing here too would close what another test has opened since.
    guard result == 0 else { throw Failure("connect") }
  }

  deinit { close(descriptor) }

  public func send(_ data: Data) throws {
    try data.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]).baseAddress, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
        guard count > 0 else { throw Failure("send") }
        sent += count
      }
    }
  }

  /// Sends as much as the other side takes.
  ///
  /// - Returns: bytes that were sent; fewer than all if the other side takes no more for `seconds`.
  /// - Throws: `Failure` if the connection is lost.
  public func send(_ data: Data, within seconds: Double) throws -> Int {
    try data.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, Int32(seconds * 1000)) > 0 else { break }
        let count = Glibc.send(
          descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]).baseAddress, bytes.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        guard count > 0 || errno == EAGAIN else { throw Failure("send") }
        sent += max(count, 0)
      }
      return sent
    }
  }

  /// All that comes until the other side closes, or nothing comes for a time. What was lost with the connection is not there.
  ///
  /// - Returns: the bytes, and whether the other side has closed.
  public func receiveAll(within seconds: Double, atMost limit: Int = .max) -> (data: Data, hasEnded: Bool) {
    var all = Data()
    do {
      while all.count < limit {
        guard let more = try receive(within: seconds) else { return (all, false) }
        if more.isEmpty { return (all, true) }
        all += more
      }
      return (all, false)
    } catch {
      return (all, true)
    }
  }

  /// What has come; waits for it.
  ///
  /// - Returns: nothing if the other side has closed; `nil` if nothing comes in time.
  /// - Throws: `Failure` if the connection is lost.
  public func receive(within seconds: Double = 180, atMost limit: Int = 1 << 16) throws -> Data? {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = poll(&entry, 1, Int32(seconds * 1000))
    guard ready > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: limit)
    errno = 0
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else {
      isClosed = true
      throw Failure("receive")
    }
    isClosed = count == 0
    return Data(buffer[..<count])
  }

  /// Says that nothing more is sent.
  public func finish() { shutdown(descriptor, Int32(SHUT_WR)) }
}
