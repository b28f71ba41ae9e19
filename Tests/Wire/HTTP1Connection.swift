import Foundation

/// A connection that speaks HTTP/1.1 as badly as a test wants.
public final class HTTP1Connection {
  private let socket: RawConnection
  private var received = Data()

  public init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    socket = try RawConnection(port: port, receiveBuffer: receiveBuffer)
  }

  public func send(_ text: String) throws { try send(Data(text.utf8)) }

  public func send(_ data: Data) throws { try socket.send(data) }

  /// Sends a request with its body and reads the response.
  public func request(
    _ method: String, _ path: String, headers: [String: String] = [:], body: Data? = nil
  ) throws -> Response {
    try sendHead(method, path, headers.merging(body.map { ["Content-Length": "\($0.count)"] } ?? [:]) { $1 })
    if let body { try send(body) }
    return try response(hasBody: method != "HEAD")
  }

  public func sendHead(_ method: String, _ path: String, _ headers: [String: String]) throws {
    let lines = headers.map { "\($0): \($1)\r\n" }.joined()
    try send("\(method) \(path) HTTP/1.1\r\nHost: test\r\n\(lines)\r\n")
  }

  public func response(hasBody: Bool = true) throws -> Response {
    let end = Data("\r\n\r\n".utf8)
    while received.range(of: end) == nil { try receive() }
    guard let border = received.range(of: end) else { throw RawConnection.Failure("no response") }
    let lines = String(decoding: received[..<border.lowerBound], as: UTF8.self).components(
      separatedBy: "\r\n")
    received = Data(received[border.upperBound...])
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw RawConnection.Failure("no status in \(lines)")
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
  public func isClosedByServer() -> Bool { (try? socket.receive().map(\.isEmpty)) ?? true }

  /// Says that nothing more is sent.
  public func finish() { socket.finish() }

  /// All that comes until the other side closes, or nothing comes for a time; read slowly if a pause is wanted.
  public func readAll(within seconds: Double = 30, pause: UInt32 = 0) -> Data {
    while let more = try? socket.receive(within: seconds), !more.isEmpty {
      received += more
      if pause > 0 { usleep(pause) }
    }
    return received
  }

  private func receive() throws {
    guard let more = try socket.receive(), !more.isEmpty else {
      throw RawConnection.Failure("the server closed the connection")
    }
    received += more
  }
}

public struct Response: Sendable {
  public let status: Int
  public let headers: [String: String]
  public let body: Data

  /// The message of a failure; empty where the body is not the JSON that it should be.
  public var error: String {
    guard headers["content-type"] == "application/json" else { return "" }
    return (try? JSONDecoder().decode([String: String].self, from: body))?["error"] ?? ""
  }
}
