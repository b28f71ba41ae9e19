import Basics
import Foundation
import TestSupport
import Testing
import Wire

/// How connections begin, end, and leave each other alone.
@Suite(.serialized) struct ConnectionTests {
  private let network: WideNetwork

  init() throws { network = try WideNetwork() }

  @Test func http10() throws {
    let server = try Server(network.model)
    let plain = try HTTP1Connection(port: server.port)
    try plain.send("GET /v2/health/live HTTP/1.0\r\n\r\n")
    let text = String(decoding: plain.readAll(), as: UTF8.self).lowercased()
    #expect(text.hasPrefix("http/1.1 200") && text.contains("connection: close"), "\(text)")
    let kept = try HTTP1Connection(port: server.port)
    for _ in 0..<2 {
      try kept.send("GET /v2/health/live HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
      let response = try kept.response()
      #expect(response.status == 200 && response.headers["connection"] == "keep-alive")
    }
  }

  /// What two readers could understand differently is refused, and nothing behind it is read.
  @Test(arguments: [
    "GET /v2 HTTP/1.1\r\n\r\n", "GET /v2 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /v2 HTTP/1.1\r\nHost: a b\r\n\r\n",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
    "POST /v2/models/wide/infer HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "POST /v2/models/wide/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\nx\r\n0\r\n\r\n",
  ]) func ambiguousRequests(text: String) throws {
    let server = try Server(network.model)
    let connection = try HTTP1Connection(port: server.port)
    try connection.send(text + "GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n")
    let answers = String(decoding: connection.readAll(), as: UTF8.self)
    #expect(answers.hasPrefix("HTTP/1.1 400"), "\(answers)")
    #expect(answers.components(separatedBy: "HTTP/1.1 ").count == 2, "\(answers)")
  }

  /// A connection that fails in the middle of what was read leaves nothing of its requests in memory.
  @Test func failedConnectionsLeaveNothing() throws {
    let server = try Server(network.model)
    let page = HTTP2Connection.block("/", method: "GET")
    let requests = (0..<90).reduce(into: Data()) { all, index in
      all += HTTP2Connection.frame(.headers, flags: 5, stream: UInt32(2 * index + 1), payload: page)
    }
    let settings = HTTP2Connection.frame(.settings, payload: Data([0, 4, 0, 0, 0, 0]))
    let mistakes = [
      HTTP2Connection.frame(.windowUpdate, payload: Data(count: 4)),
      HTTP2Connection.frame(.headers, flags: 5, stream: 301, payload: Data([0xFF, 0xFF, 0xFF])),
    ]
    func fail(_ count: Int) throws -> Int {
      for index in 0..<count {
        let connection = try RawConnection(port: server.port)
        try connection.send(HTTP2Connection.preface + settings + requests + mistakes[index % 2])
        _ = connection.receiveAll(within: 60)
      }
      let pages = try String(contentsOfFile: "/proc/\(server.process.pid)/statm", encoding: .utf8)
        .split(separator: " ")
      return try #require(Int(pages[1])) * Int(getpagesize())
    }
    let before = try fail(10)
    // It was 3 MiB for each.
    #expect(try fail(40) - before < 40 << 20)
  }

  /// A client that has gone can't make room for its answers: they go too, long before the time of those who are slow.
  @Test func closedConnectionsLeaveTheirAnswers() throws {
    let server = try Server(network.model, arguments: ["--idle-timeout", "600"])
    func files() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.process.pid)/fd").count
    }
    let before = try files()
    do {
      let connection = try HTTP2Connection(port: server.port, window: 0)
      for _ in 0..<4 {
        let id = try connection.call(WideNetwork.infer)
        try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 256)), on: id, ends: true)
      }
      while try connection.read(within: 1) {}
      #expect(try files() > before)
    }
    for _ in 0..<1200 where try files() > before { usleep(100_000) }
    #expect(try files() <= before)
  }

  /// A request of HTTP/2 that is wrong ends itself and not the others of its connection.
  @Test func oneBadRequest() throws {
    let server = try Server(network.model)
    let head = [(":method", "POST"), (":path", "/v2"), (":scheme", "http"), (":authority", "x")]
    let bad: [[(String, String)]] = [
      [(":method", "GET"), (":scheme", "http"), (":authority", "x")], [head[0], head[1], head[1], head[2]],
      head + [("X-Y", "a")], head + [("connection", "close")], head + [("x", "a\r\nb")],
      head + [("x y", "a")], head + [("content-length", "-1")],
      [(":x", "y")] + head, head + [("transfer-encoding", "chunked")],
      [(":method", "CONNECT"), (":authority", "x:1")], head + [("content-length", "5")],
    ]
    for fields in bad {
      let connection = try HTTP2Connection(port: server.port)
      let good = try connection.call(WideNetwork.infer)
      let wrong = try connection.open(fields: fields, ends: true)
      let ended = try connection.response(on: wrong, within: 20)
      #expect(
        ended.reset != nil || ended.status?.first == "4", "\(fields): \(connection.goodbyes) \(ended)")
      try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 2)), on: good, ends: true)
      #expect(try connection.response(on: good)[trailer: "grpc-status"] == "0", "\(fields)")
      #expect(connection.goodbyes.isEmpty)
    }
  }

  /// Clients of HTTP/2 that have left keep no file.
  @Test func closedConnections() throws {
    let server = try Server(network.model, limits: "-n 200")
    for _ in 0..<300 {
      let connection = try HTTP2Connection(port: server.port)
      let id = try connection.call(WideNetwork.infer)
      try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 1)), on: id, ends: true)
      #expect(try connection.response(on: id)[trailer: "grpc-status"] == "0")
    }
  }

  /// With more connections than there are files the server doesn't spin, serves those that it has, and takes others when they go.
  @Test func twoPortsAndFewFiles() throws {
    let server = try Server(network.model, limits: "-n 200")
    let grpcPort = try #require(server.grpcPort)
    var connections = try (0..<400).map { try HTTP1Connection(port: $0 % 2 == 0 ? server.port : grpcPort) }
    let first = connections[0]
    for _ in 0..<20 { #expect(try first.request("GET", "/v2/health/live").status == 200) }
    func processorTime() throws -> Double {
      let text = String(decoding: try first.request("GET", "/metrics").body, as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("process_cpu_seconds_total ") }
      return try #require(line?.split(separator: " ").last.flatMap { Double($0) })
    }
    let start = try processorTime()
    usleep(2_000_000)
    #expect(try processorTime() - start < 1)
    connections = []
    for port in [server.port, grpcPort] {
      #expect(try HTTP1Connection(port: port).request("GET", "/v2/health/live").status == 200)
    }
  }

  /// Bodies count when they come, not when they are announced.
  @Test func announcedBodies() throws {
    let server = try Server(network.model)
    let idle = try (0..<20).map { _ in
      let connection = try server.connect()
      try connection.sendHead(
        "POST", WideNetwork.path, ["Content-Type": "application/json", "Content-Length": "\(64 << 20)"])
      return connection
    }
    let response = try server.connect().request(
      "POST", WideNetwork.path, headers: ["Content-Type": "application/json"], body: WideNetwork.json(rows: 2)
    )
    #expect(response.status == 200)
    withExtendedLifetime(idle) {}
  }

  @Test(arguments: [
    "application/grpc+json", "application/grpc-web", "application/grpc-web+proto", "application/grpcx",
  ])
  func otherKindsOfCalls(type: String) throws {
    let server = try Server(network.model)
    let connection = try HTTP2Connection(port: server.port)
    let id = try connection.open(WideNetwork.infer, [("content-type", type)])
    try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 1)), on: id, ends: true)
    let answer = try connection.response(on: id)
    #expect(answer.status == "415" && String(decoding: answer.data, as: UTF8.self).contains("'\(type)'"))
    let get = try connection.open(
      WideNetwork.infer, method: "GET", [("content-type", "application/grpc")], ends: true)
    #expect(try connection.response(on: get).status == "405")
    let http1 = try server.connect().request(
      "POST", WideNetwork.infer, headers: ["Content-Type": "application/grpc"], body: Data([0, 0, 0, 0, 0]))
    #expect(http1.status == 505)
  }

  /// Refusals arrive with their reason while the client still sends.
  @Test func refusalsOfUploads() throws {
    let server = try Server(network.model, arguments: ["--max-body-bytes", "\(1 << 20)"])
    let connection = try HTTP2Connection(port: server.port)
    for path in [WideNetwork.infer, WideNetwork.stream, "/x.Y/Z"] {
      let id = try connection.call(path)
      try connection.send(Data([0, 0, 0x20, 0, 0]) + Data(count: 1 << 20), on: id)
      let answer = try connection.response(on: id)
      #expect(answer[trailer: "grpc-status"] == (path.hasPrefix("/x") ? "12" : "8"))
      #expect(answer[trailer: "grpc-message"] != nil && [nil, 0].contains(answer.reset))
    }
    let upload = try connection.open(WideNetwork.path, [("content-type", "application/json")])
    try connection.send(Data(count: 3 << 20), on: upload)
    let answer = try connection.response(on: upload)
    #expect(answer.status == "413" && String(decoding: answer.data, as: UTF8.self).contains("the limit is"))
  }

  /// Who says nothing more is not waited for: what was begun and can't be ended is over, on streams of all kinds.
  @Test(arguments: [WideNetwork.infer, WideNetwork.stream, WideNetwork.path])
  func halfClosedAmidARequest(path: String) throws {
    let server = try Server(network.model, arguments: ["--idle-timeout", "600"])
    for part in [Data(), HTTP2Connection.frame(WideNetwork.message(rows: 1)), Data([0, 0, 0, 1, 0, 7])] {
      let connection = try HTTP2Connection(port: server.port)
      let id = try path == WideNetwork.path ? connection.open(path) : connection.call(path)
      if !part.isEmpty { try connection.send(part, on: id) }
      connection.finish()
      #expect(connection.isClosed(within: 60), "\(part.count) bytes")
    }
  }

  /// A stream that is open when the server stops is told so.
  @Test func streamsAtTheEnd() throws {
    let server = try Server(network.model)
    let connection = try HTTP2Connection(port: server.port)
    let (used, unused) = (try connection.call(WideNetwork.stream), try connection.call(WideNetwork.stream))
    try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 1)), on: used)
    while connection.streams[used]?.messages.isEmpty ?? true { try #require(try connection.read(within: 60)) }
    server.process.signal(SIGTERM)
    for id in [used, unused] {
      #expect(try connection.response(on: id)[trailer: "grpc-status"] == "14")
    }
    #expect(try server.process.wait() == 0)
  }
}
