import Foundation
import Serving
import Vision

/// The server, in this process, on a port of the system's choice.
struct ServerUnderTest {
  let port: Int

  init(_ pipeline: Pipeline) throws {
    let hosted = try HostedPipeline(pipeline)
    let ready = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var port = 0  // Written before the semaphore is signalled, read after.
    Task {
      var configuration = PipelineServer.Configuration()
      configuration.port = 0
      try await PipelineServer([hosted], configuration).run {
        port = $0
        ready.signal()
      }
    }
    ready.wait()
    self.port = port
  }
}

/// One keep-alive connection with as little client as possible, so that the server is what is measured.
final class Client {
  private let socket: Int32
  private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

  init(port: Int) throws {
    socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw BenchmarkError("can't connect to port \(port)") }
    var on: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(socket) }

  /// Posts an image and waits for the whole answer.
  func post(_ body: Data, to path: String) throws {
    let head =
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: \(body.count)\r\n\r\n"
    var rest = (Data(head.utf8) + body)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, 0) }
      guard sent > 0 else { throw BenchmarkError("the server closed the connection") }
      rest = rest.dropFirst(sent)
    }
    var answer = Data()
    while !isComplete(answer) {
      let received = recv(socket, &buffer, buffer.count, 0)
      guard received > 0 else { throw BenchmarkError("the server closed the connection") }
      answer.append(contentsOf: buffer[..<received])
    }
    guard answer.starts(with: Data("HTTP/1.1 200".utf8)) else {
      throw BenchmarkError(String(decoding: answer, as: UTF8.self))
    }
  }

  private func isComplete(_ answer: Data) -> Bool {
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { return false }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
    guard let field = head.range(of: "content-length: ") else { return false }
    let length = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
    return answer.distance(from: end.upperBound, to: answer.endIndex) >= length
  }
}
