import Foundation

/// A TCP connection that speaks HTTP/1.1 as badly as a test wants.
final class Connection {
  private let descriptor: Int32
  private var received = Data()

  struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
  }

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("socket") }
    // Nothing in a test may wait forever, but the machine may be busy with others.
    var limit = timeval(tv_sec: 180, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
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

  func send(_ text: String) throws { try send(Data(text.utf8)) }

  func send(_ data: Data) throws {
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

  /// Sends a request with its body and reads the response.
  func request(
    _ method: String, _ path: String, headers: [String: String] = [:], body: Data? = nil
  ) throws -> Response {
    try sendHead(method, path, headers.merging(body.map { ["Content-Length": "\($0.count)"] } ?? [:]) { $1 })
    if let body { try send(body) }
    return try response(hasBody: method != "HEAD")
  }

  func sendHead(_ method: String, _ path: String, _ headers: [String: String]) throws {
    let lines = headers.map { "\($0): \($1)\r\n" }.joined()
    try send("\(method) \(path) HTTP/1.1\r\nHost: test\r\n\(lines)\r\n")
  }

  func response(hasBody: Bool = true) throws -> Response {
    let end = Data("\r\n\r\n".utf8)
    while received.range(of: end) == nil { try receive() }
    guard let border = received.range(of: end) else { throw Failure("no response") }
    let lines = String(decoding: received[..<border.lowerBound], as: UTF8.self).components(
      separatedBy: "\r\n")
    received = Data(received[border.upperBound...])
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure("no status in \(lines)")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let length = hasBody ? headers["content-length"].flatMap { Int($0) } ?? 0 : 0
    while received.count < length { try receive() }
    let body = Data(received.prefix(length))
    received = Data(received.dropFirst(length))
    return Response(status: status, headers: headers, body: body)
  }

  /// Whether the other side has closed; waits for that, or for bytes.
  func isClosedByServer() -> Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, 0) <= 0 && errno != EAGAIN
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    errno = 0
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure("the server closed the connection") }
    received += buffer[..<count]
  }
}

struct Response {
  let status: Int
  let headers: [String: String]
  let body: Data

  func report() throws -> Report { try Report(json: body) }

  /// The message of a failure; empty where the body is not the JSON that it should be.
  var error: String {
    guard headers["content-type"] == "application/json" else { return "" }
    return (try? JSONDecoder().decode([String: String].self, from: body))?["error"] ?? ""
  }
}
