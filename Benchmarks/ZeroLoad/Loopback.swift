import Dataflow
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

/// The least that a server can be: one thread with a blocking socket, which runs the pipeline itself. The bound for
/// what a server adds on this machine, most of it the time that idle threads take to wake up.
struct BareServer {
  let port: Int

  init(_ pipeline: Pipeline) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) | listen(listener, 8) | getsockname(listener, $0, &size)
      }
    }
    guard code == 0 else { throw BenchmarkError("can't listen on the loopback address") }
    port = Int(UInt16(bigEndian: address.sin_port))
    let recorder = Recorder()
    nonisolated(unsafe) let executor = try SequentialExecutor(pipeline.graph, recorder: recorder)
    Thread.detachNewThread {
      while true {
        let connection = Connection(accept(listener, nil, nil))
        Thread.detachNewThread {
          while let body = try? connection.receive(), let image = try? EncodedImage(body) {
            guard let result = try? executor.process(image) else { return }
            let report = InferenceReport(
              input: "request", image: image, result: result,
              attribution: recorder.attribution(of: result, in: pipeline.graph))
            let text = InferenceReport.json(pipeline: pipeline.name, items: [report])
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
            try? connection.send(Data((head + text).utf8))
          }
        }
      }
    }
  }
}

/// One keep-alive connection with as little client as possible, so that the server is what is measured.
final class Client {
  private let connection: Connection

  init(port: Int) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw BenchmarkError("can't connect to port \(port)") }
    connection = Connection(descriptor)
  }

  /// Posts an image and waits for the whole answer.
  func post(_ body: Data, to path: String) throws {
    let head =
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: \(body.count)\r\n\r\n"
    try connection.send(Data(head.utf8) + body)
    let answer = try connection.receive()
    guard answer.starts(with: Data("{\"pipeline\"".utf8)) else {
      throw BenchmarkError(String(decoding: answer, as: UTF8.self))
    }
  }
}

/// A blocking socket that carries messages of HTTP with a Content-Length.
final class Connection: Sendable {
  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  func send(_ message: Data) throws {
    var rest = message[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, 0) }
      guard sent > 0 else { throw BenchmarkError("the connection was closed") }
      rest = rest.dropFirst(sent)
    }
  }

  /// The body of the next message.
  func receive() throws -> Data {
    var message = Data()
    var end: (head: Int, body: Int)?
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while end.map({ message.count < $0.body }) ?? true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { throw BenchmarkError("the connection was closed") }
      message.append(contentsOf: buffer[..<count])
      if end == nil, let separator = message.range(of: Data("\r\n\r\n".utf8)) {
        let head = String(decoding: message[..<separator.lowerBound], as: UTF8.self).lowercased()
        let field = head.range(of: "content-length: ")
        let length = field.flatMap { Int(head[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
        end = (separator.upperBound, separator.upperBound + length)
      }
    }
    return message[(end?.head ?? 0)...]
  }
}
