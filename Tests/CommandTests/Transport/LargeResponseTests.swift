import Basics
import Dataflow
import Foundation
import TestSupport
import Testing
import Wire

/// Answers arrive whole, however large they are and however their connection ends.
@Suite(.serialized) struct LargeResponseTests {
  private let network: WideNetwork

  init() throws { network = try WideNetwork() }

  @Test(arguments: [true, false]) func overGRPC(isStream: Bool) throws {
    let server = try Server(network.model)
    let ports = [server.port, try #require(server.grpcPort)]
    for port in ports {
      let connection = try HTTP2Connection(port: port)
      for rows in [1, 2, 4, 5, 16, 64, 1024] {
        for endsLate in [false, true] where endsLate || rows < 1024 {
          let id = try connection.call(isStream ? WideNetwork.stream : WideNetwork.infer)
          let frame = HTTP2Connection.frame(WideNetwork.message(rows: rows, id: "\(rows)"))
          try connection.send(frame, on: id, ends: !endsLate)
          if endsLate {
            while connection.streams[id]?.messages.isEmpty ?? true, isStream {
              try #require(try connection.read(within: 120))
            }
            try connection.send(Data(), on: id, ends: true)
          }
          let answer = try connection.response(on: id)
          #expect(answer[trailer: "grpc-status"] == "0", "\(rows) rows: \(answer.trailers)")
          try #require(answer.messages.count == 1, "\(rows) rows")
          #expect(answer.messages[0].count > WideNetwork.bytes(rows: rows))
        }
      }
    }
  }

  /// Every size around 8 KiB, byte by byte: an answer's name in front of a row.
  @Test func sizesByteByByte() throws {
    let server = try Server(network.model)
    let connection = try HTTP2Connection(port: server.port)
    func size(_ idLength: Int) throws -> Int {
      let id = try connection.call(WideNetwork.infer)
      let name = String(repeating: "x", count: idLength)
      try connection.send(
        HTTP2Connection.frame(WideNetwork.message(rows: 1, id: name)), on: id, ends: true)
      let answer = try connection.response(on: id)
      #expect(answer[trailer: "grpc-status"] == "0")
      return try #require(answer.messages.first, "an id of \(idLength)").count
    }
    for border in [16 << 10, 32 << 10, 64 << 10] {
      let most = border - WideNetwork.bytes(rows: 1)
      for length in stride(from: max(0, most - 700), to: most + 20, by: 3) { _ = try size(length) }
    }
  }

  @Test(arguments: ["keep-alive", "close"]) func overHTTP1(connection wish: String) throws {
    let server = try Server(network.model)
    let body = WideNetwork.json(rows: 1024)
    for (pause, buffer) in [(UInt32(0), nil), (200, Int32(65_536)), (200, 4096)] as [(UInt32, Int32?)] {
      for finishes in [false, true] {
        let connection = try HTTP1Connection(port: server.port, receiveBuffer: buffer)
        try connection.sendHead(
          "POST", WideNetwork.path,
          ["Content-Type": "application/json", "Content-Length": "\(body.count)", "Connection": wish])
        try connection.send(body)
        if finishes { connection.finish() }
        if wish == "close" || finishes {
          let all = connection.readAll(pause: pause)
          #expect(all.count > WideNetwork.bytes(rows: 1024), "\(all.count) bytes, \(pause) \(finishes)")
        } else {
          let response = try connection.response()
          #expect(response.status == 200 && response.body.count > WideNetwork.bytes(rows: 1024))
        }
      }
    }
  }

  /// What a client has asked for before SIGTERM it gets, all of it.
  @Test func whileTheServerStops() throws {
    let server = try Server(network.model)
    let body = WideNetwork.json(rows: 1024)
    let connections = try (0..<4).map { _ in try HTTP1Connection(port: server.port, receiveBuffer: 65_536) }
    for connection in connections {
      try connection.sendHead(
        "POST", WideNetwork.path, ["Content-Type": "application/json", "Content-Length": "\(body.count)"])
      try connection.send(body)
    }
    let http2 = try HTTP2Connection(port: server.port, window: 65_535)
    let id = try http2.call(WideNetwork.infer)
    try http2.send(HTTP2Connection.frame(WideNetwork.message(rows: 256)), on: id, ends: true)
    while http2.streams[id]?.data.isEmpty ?? true { try #require(try http2.read(within: 120)) }
    server.process.signal(SIGTERM)
    while http2.goodbyes.isEmpty { try #require(try http2.read(within: 120)) }
    // From here on it is read.
    http2.acknowledges = true
    try http2.send(.windowUpdate, stream: id, payload: Data([0x0F, 0, 0, 0]))
    try http2.send(.windowUpdate, payload: Data([0x0F, 0, 0, 0]))
    let answer = try http2.response(on: id)
    #expect(answer[trailer: "grpc-status"] == "0" && answer.messages.count == 1)
    for result in concurrently(
      connections.count,
      { [connections = Unchecked(connections)] index in
        connections.value[index].readAll(pause: 100).count
      })
    {
      #expect(try result.get() > WideNetwork.bytes(rows: 1024))
    }
    #expect(try server.process.wait() == 0)
  }

  /// Each is used by one thread alone.
  private struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
  }
}
