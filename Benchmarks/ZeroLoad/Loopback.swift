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
      let host = ModelHost()
      try await host.serve(hosted)
      try await PipelineServer(host, configuration).run {
        port = $0[0]
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
        let socket = accept(listener, nil, nil)
        Thread.detachNewThread {
          let connection = Connection(socket)
          while let body = try? connection.receive(), let image = try? EncodedImage(body) {
            guard let result = try? executor.process(image) else { return }
            let report = InferenceReport(
              input: "request", image: image, result: result,
              attribution: recorder.attribution(of: result, in: pipeline.graph), in: pipeline.graph)
            let text = InferenceReport.json(pipeline: pipeline.name, items: [report])
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
            try? connection.send(Data((head + text).utf8))
          }
        }
      }
    }
  }
}

/// One keep-alive connection that posts one image, with as little client as possible, so that the server is what is
/// measured: the message is made once, and memory is used again.
final class Client {
  private let connection: Connection
  private let message: Data

  init(port: Int, posting body: Data, to path: String) throws {
    let head =
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: \(body.count)\r\n\r\n"
    message = Data(head.utf8) + body
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

  /// Posts the image and waits for the whole answer.
  func post() throws {
    try connection.send(message)
    let answer = try connection.receive()
    guard answer.count > 2, answer[answer.startIndex + 2] == UInt8(ascii: "p") else {  // {"pipeline": …
      throw BenchmarkError(String(decoding: answer, as: UTF8.self))
    }
  }
}

/// A blocking socket that carries messages of HTTP with a Content-Length.
///
/// Used by one thread.
final class Connection {
  private let descriptor: Int32
  /// Where messages are read to; used again, since fresh memory costs page faults.
  private let buffer: UnsafeMutableRawBufferPointer

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    buffer = .allocate(byteCount: 16 << 20, alignment: 4096)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  func send(_ message: Data) throws {
    try message.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Foundation.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
        guard count > 0 else { throw BenchmarkError("the connection was closed") }
        sent += count
      }
    }
  }

  /// The body of the next message; valid until the one after.
  func receive() throws -> Data {
    var received = 0
    var body: Range<Int>?
    while received < body?.upperBound ?? .max {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[received..<(buffer.count - 1)])
      let count = recv(descriptor, rest.baseAddress, rest.count, 0)
      guard count > 0 else { throw BenchmarkError("the connection was closed or the message is too long") }
      received += count
      body = body ?? bodyOfMessage(of: received)
    }
    let range = body ?? 0..<0
    return Data(
      bytesNoCopy: buffer.baseAddress.unsafelyUnwrapped + range.lowerBound, count: range.count,
      deallocator: .none)
  }

  /// Where the body is, once the whole head has been received. With calls of C: between two inferences all code is
  /// cold, and Foundation's would cost as much as the server.
  private func bodyOfMessage(of received: Int) -> Range<Int>? {
    buffer[received] = 0
    let start = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)
    guard let end = strstr(start, "\r\n\r\n") else { return nil }
    let name = "Content-Length: "
    let length = strstr(start, name).map { atol($0 + name.utf8.count) } ?? 0
    let body = end - start + 4
    return body..<(body + length)
  }
}
