import Basics
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Load

/// Against servers that a test makes up.
@Suite(.serialized) struct LoadGeneratorTests {
  private let folder: TemporaryFolder
  private let image: LoadBody

  init() throws {
    folder = try TemporaryFolder()
    let file = PNGFile.solid(width: 20, height: 20, red: 1, green: 2, blue: 3)
    image = try LoadBody(image: try folder.write(file, to: "a.png"))
  }

  private func run(_ server: ScriptedServer, connections: Int = 2, seconds: Double = 0.5) async throws
    -> LoadReport
  {
    var configuration = LoadGenerator.Configuration(
      target: try LoadTarget("http://127.0.0.1:\(server.port)/predict"), bodies: [image],
      mix: ImageMix(count: 1), pacing: .closed(connections: connections), seconds: seconds)
    configuration.warmUpSeconds = 0
    return try await LoadGenerator(configuration).run()
  }

  private static func answer(_ status: String = "200 OK", _ headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\(headers)\r\n{}"
  }

  @Test func keepsConnections() async throws {
    let server = try await ScriptedServer { _ in Self.answer() }
    let report = try await run(server)
    #expect(report.ok > 2 && report.ok == report.requests && report.errors.isEmpty)
    #expect(report.stages.isEmpty && report.serverLatency == nil && report.inferenceOnlyThroughput == nil)
    // Its two, and the one that asked first.
    #expect(server.connections == 3)
    try await server.stop()
  }

  @Test func chunkedAnswers() async throws {
    let server = try await ScriptedServer { _ in
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    }
    let report = try await run(server)
    #expect(report.ok > 2 && report.ok == report.requests)
    try await server.stop()
  }

  @Test func connectionsThatEndWithEachAnswer() async throws {
    let server = try await ScriptedServer(closes: true) { _ in Self.answer("200 OK", "Connection: close\r\n")
    }
    let report = try await run(server)
    #expect(report.ok > 2 && report.errors.isEmpty && server.connections > 3)
    try await server.stop()
  }

  @Test func errorsByKind() async throws {
    let server = try await ScriptedServer { number in
      switch number % 4 {
      case 1: Self.answer("503 Service Unavailable")
      case 2: "nonsense\r\n\r\n"
      case 3: nil  // Hangs up.
      default: Self.answer("200 OK", "Server-Timing: infer;dur=2, total;dur=3\r\n")
      }
    }
    let report = try await run(server, seconds: 1)
    #expect(Set(report.errors.keys) == ["503", "malformed", "connection"], "\(report.errors)")
    #expect(report.ok + report.errors.values.reduce(0, +) == report.requests)
    #expect(report.stages.map(\.milliseconds) == [2, 3])
    try await server.stop()
  }

  @Test func refusesWhatCanNotWork() async throws {
    let server = try await ScriptedServer { _ in
      "HTTP/1.1 415 Unsupported Media Type\r\nContent-Length: 17\r\n\r\n{\"error\":\"tiffs\"}"
    }
    let error = await #expect(throws: LoadError.self) { try await run(server) }
    #expect(
      error?.description.hasSuffix("/predict responds with 415: tiffs") == true,
      "\(String(describing: error))")
    try await server.stop()
  }

  @Test func theServersOnlyModel() async throws {
    let server = try await ScriptedServer { _ in
      let body = #"[{"name":"a","version":"1"},{"name":"a","version":"2"}]"#
      return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
    var configuration = LoadGenerator.Configuration(
      target: try LoadTarget("http://127.0.0.1:\(server.port)"), bodies: [image], mix: ImageMix(count: 1),
      pacing: .open(rate: 100, .uniform), seconds: 0.2)
    configuration.warmUpSeconds = 0
    let report = try await LoadGenerator(configuration).run()
    #expect((18...20).contains(report.ok))
    #expect(server.paths.contains("/v2/models/a/infer") && server.paths.contains("/v2/repository/index"))
    try await server.stop()
  }
}

/// Answers the requests that it gets with texts, whatever they are; hangs up where there is none.
private final class ScriptedServer: Sendable {
  private let loops: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let counts: Counts

  fileprivate final class Counts: Sendable {
    let requests = Locked(-1)
    let connections = Locked(0)
    let paths = Locked<Set<String>>([])
  }

  init(closes: Bool = false, answer: @escaping @Sendable (Int) -> String?) async throws {
    let (loops, counts) = (MultiThreadedEventLoopGroup(numberOfThreads: 1), Counts())
    channel = try await ServerBootstrap(group: loops)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          counts.connections.withLock { $0 += 1 }
          try channel.pipeline.syncOperations.addHandler(
            ScriptedConnection(counts: counts, closes: closes, answer: answer))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    self.loops = loops
    self.counts = counts
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var connections: Int { counts.connections.withLock { $0 } }
  var paths: Set<String> { counts.paths.withLock { $0 } }

  func stop() async throws { try await loops.shutdownGracefully() }
}

private final class ScriptedConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let counts: ScriptedServer.Counts
  private let closes: Bool
  private let answer: @Sendable (Int) -> String?
  private var received = ByteBuffer()

  init(counts: ScriptedServer.Counts, closes: Bool, answer: @escaping @Sendable (Int) -> String?) {
    self.counts = counts
    self.closes = closes
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    received.writeBuffer(&part)
    // A head, and as many bytes as it announces.
    let bytes = received.readableBytesView
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    guard let end = text.unicodeScalars.firstRange(of: "\r\n\r\n".unicodeScalars),
      let length = text.firstMatch(of: /[Cc]ontent-[Ll]ength: (\d+)/).flatMap({ Int($0.1) }),
      text.unicodeScalars.distance(from: end.upperBound, to: text.endIndex) >= length
    else { return }
    let path = text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    received.clear()
    counts.paths.withLock { _ = $0.insert(path) }
    let number = counts.requests.withLock { number in
      number += 1
      return number
    }
    guard let text = answer(number) else { return context.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    if closes { context.close(promise: nil) }
  }
}
