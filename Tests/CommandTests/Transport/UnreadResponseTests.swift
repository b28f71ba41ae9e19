import Basics
import Foundation
import TestSupport
import Testing
import Wire

/// Clients that ask and read nothing take little from the server, and nothing from others.
@Suite(.serialized) struct UnreadResponseTests {
  private let server: Server

  init() throws {
    let network = try WideNetwork()
    server = try Server(
      network.model, arguments: ["--max-answer-bytes", "\(20 << 20)", "--idle-timeout", "20"])
    withExtendedLifetime(network) {}
  }

  /// Somebody else is answered as ever.
  private func others() throws {
    let connection = try HTTP2Connection(port: server.port)
    let id = try connection.call(WideNetwork.infer)
    try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 2)), on: id, ends: true)
    #expect(try connection.response(on: id)[trailer: "grpc-status"] == "0")
    let response = try server.connect().request(
      "POST", WideNetwork.path, headers: ["Content-Type": "application/json"], body: WideNetwork.json(rows: 2)
    )
    #expect(response.status == 200)
  }

  /// As many answers are kept as the connection may have; further calls are refused at once, and all of it goes in the end.
  @Test func calls() throws {
    try others()
    let before = server.process.highestMemory
    let connection = try HTTP2Connection(port: server.port, window: 0)
    let frame = HTTP2Connection.frame(WideNetwork.message(rows: 256))
    let ids = try (0..<60).map { _ in
      let id = try connection.call(WideNetwork.infer)
      try connection.send(frame, on: id, ends: true)
      return id
    }
    // A busy machine may take so long that the first ones are given up.
    func refused() -> Int {
      ids.count { id in
        connection.streams[id]?[trailer: "grpc-status"] == "14" || connection.streams[id]?.reset != nil
      }
    }
    while refused() < 50, try connection.read(within: 60) {}
    #expect(refused() >= 50, "\(refused()) of \(ids.count)")
    try others()
    #expect(server.process.highestMemory - before < 250 << 20)
    #expect(connection.isClosed(within: 180))
  }

  /// Nothing more is read from a stream whose answers nobody reads.
  @Test func aStream() throws {
    try others()
    let before = server.process.highestMemory
    let connection = try HTTP2Connection(port: server.port, window: 0)
    let id = try connection.call(WideNetwork.stream)
    let frames = Data((0..<200).map { _ in HTTP2Connection.frame(WideNetwork.message(rows: 64)) }.joined())
    var sent = 0
    while sent < 256 << 20 {
      let count = try connection.send(frames, on: id, patience: 2)
      sent += count
      if count < frames.count { break }
    }
    #expect(sent < 16 << 20)
    try others()
    #expect(server.process.highestMemory - before < 150 << 20)
    #expect(connection.isClosed(within: 180))
  }

  /// One stream that is not read goes; the others of its connection go on.
  @Test func oneOfSeveralStreams() throws {
    let connection = try HTTP2Connection(port: server.port, window: 65_535)
    connection.acknowledges = true
    func ask() throws -> UInt32 {
      let id = try connection.call(WideNetwork.infer)
      try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 2)), on: id, ends: true)
      return id
    }
    // Its own window is never opened: it takes no part in what is acknowledged.
    connection.silent = [1]
    let unread = try connection.call(WideNetwork.infer)
    #expect(unread == 1)
    try connection.send(HTTP2Connection.frame(WideNetwork.message(rows: 64)), on: unread, ends: true)
    let end = Date.now + 180
    while connection.streams[unread]?.reset == nil, Date.now < end {
      #expect(try connection.response(on: ask())[trailer: "grpc-status"] == "0")
      usleep(100_000)
    }
    #expect(connection.streams[unread]?.reset != nil)
    #expect(try connection.response(on: ask())[trailer: "grpc-status"] == "0")
  }

  @Test func overHTTP1() throws {
    try others()
    func files() throws -> Int {
      let text = String(decoding: try server.get("/metrics").body, as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("process_open_fds ") }
      return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    }
    let before = try files()
    let body = WideNetwork.json(rows: 512)
    let unread = try (0..<10).map { _ in
      let connection = try HTTP1Connection(port: server.port, receiveBuffer: 4096)
      try connection.sendHead(
        "POST", WideNetwork.path, ["Content-Type": "application/json", "Content-Length": "\(body.count)"])
      try connection.send(body)
      return connection
    }
    try others()
    let end = Date.now + 180
    while try files() > before + 2, Date.now < end { usleep(200_000) }
    #expect(try files() <= before + 2)
    withExtendedLifetime(unread) {}
  }

  /// A request whose answer would be larger than any may be.
  @Test func tooLargeAnAnswer() throws {
    let connection = try server.connect()
    let response = try connection.request(
      "POST", WideNetwork.path, headers: ["Content-Type": "application/json"],
      body: WideNetwork.json(rows: 2048))
    #expect(response.status == 422 && response.error.contains("--max-answer-bytes"), "\(response.error)")
    #expect(
      try connection.request(
        "POST", WideNetwork.path, headers: ["Content-Type": "application/json"],
        body: WideNetwork.json(rows: 2)
      ).status == 200)
  }
}
