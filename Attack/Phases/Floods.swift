import Foundation
import TestSupport
import Wire

extension Phase {
  /// Frames of HTTP/2, requests and chunks without end, in every form that has brought some server down.
  static let floods = Phase(name: "floods", weight: 2) { run in
    let all = Flood.all
    try run.rounds { random in
      for flood in run.some(all.shuffled(using: &random), every: 3) {
        try flood.run(run, isRead: Bool.random(using: &random))
        run.count("floods")
        run.checkSilence("in a flood of \(flood.name)")
        try run.target.others(run, "after \(flood.name)")
        guard run.hasTime || run.isShort else { break }
      }
    }
  }
}

/// One kind of frames, again and again on one connection.
private struct Flood: Sendable {
  let name: String
  var begin = HTTP2Connection.preface + HTTP2Connection.frame(.settings)
  var count = 20_000
  /// What is sent in step `index`.
  let step: @Sendable (_ index: Int) -> Data

  /// Sends it until its connection ends, or its steps do.
  func run(_ run: PhaseRun, isRead: Bool) throws {
    let connection = try RawConnection(port: run.target.server.port)
    try connection.send(begin)
    let steps = run.isShort ? count / 20 : count
    var sent = 0
    do {
      while sent < steps {
        let batch = (sent..<min(sent + 100, steps)).reduce(into: Data()) { $0 += step($1) }
        guard try connection.send(batch, within: 1) == batch.count else {
          run.count("floods that are read no more")
          break
        }
        sent += 100
        if isRead { _ = try connection.receive(within: 0) }
      }
    } catch {
      run.count("floods that are ended")
    }
    run.count("frames of floods", sent)
    connection.finish()
    _ = connection.receiveAll(within: 0.2, atMost: 1 << 20)
  }

  private static func frame(
    _ kind: HTTP2Connection.Kind, _ flags: UInt8, _ stream: Int, _ payload: Data = Data()
  )
    -> Data
  {
    HTTP2Connection.frame(kind, flags: flags, stream: UInt32(stream), payload: payload)
  }

  static var all: [Flood] {
    let get = HTTP2Connection.block("/v2/health/live", method: "GET")
    let post = HTTP2Connection.block(
      "/v2/models/\(SampleRequests.tiny)/infer", [("content-type", "image/jpeg")])
    let call = HTTP2Connection.block(
      WideNetwork.infer, [("content-type", "application/grpc"), ("te", "trailers")])
    let message = HTTP2Connection.frame(WideNetwork.message(rows: 200))
    let cancel = Data([0, 0, 0, 8])
    let chunked = Data(
      "POST \(WideNetwork.path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    @Sendable func odd(_ index: Int) -> Int { 2 * index + 1 }
    @Sendable func bytes(_ count: Int) -> Data { Data(repeating: 0x78, count: count) }
    return [
      Flood(name: "rapid reset") { frame(.headers, 5, odd($0), get) + frame(.reset, 0, odd($0), cancel) },
      Flood(name: "rapid reset of an image's beginning", count: 10_000) {
        frame(.headers, 4, odd($0), post) + frame(.data, 0, odd($0), bytes(8000))
          + frame(.reset, 0, odd($0), cancel)
      },
      Flood(name: "rapid reset of whole calls", count: 10_000) {
        frame(.headers, 4, odd($0), call) + frame(.data, 1, odd($0), message)
          + frame(.reset, 0, odd($0), cancel)
      },
      Flood(name: "streams that the server has to reset") {
        frame(.headers, 5, odd($0), get) + frame(.windowUpdate, 0, odd($0), Data(count: 4))
      },
      Flood(name: "continuations") {
        ($0 == 0 ? frame(.headers, 1, 1, get) : Data())
          + frame(.continuation, 0, 1, Data(repeating: 0, count: 400))
      },
      Flood(name: "empty continuations") {
        ($0 == 0 ? frame(.headers, 1, 1, get) : Data()) + frame(.continuation, 0, 1)
      },
      Flood(name: "headers that never end") {
        ($0 == 0 ? frame(.headers, 1, 1, get) : Data())
          + frame(.continuation, 0, 1, Data([0, 1, 0x61, 1, 0x62]))
      },
      Flood(name: "pings", count: 200_000) { _ in frame(.ping, 0, 0, bytes(8)) },
      Flood(name: "settings", count: 100_000) { _ in frame(.settings, 0, 0, Data([0, 3, 0, 0, 0, 100])) },
      Flood(name: "settings of 1000 entries", count: 4000) { _ in
        frame(.settings, 0, 0, Data((0..<1000).flatMap { _ in [0, 3, 0, 0, 0, 100] as [UInt8] }))
      },
      Flood(name: "initial windows up and down", count: 50_000) {
        frame(.settings, 0, 0, Data([0, 4, $0 % 2 == 0 ? 0x7F : 0, 0xFF, 0xFF, 0xFF]))
      },
      Flood(name: "priorities", count: 200_000) {
        frame(.priority, 0, odd($0 % 1000), Data([0, 0, 0, 0, 16]))
      },
      Flood(name: "priorities on themselves", count: 2000) { _ in
        frame(.priority, 0, 1, Data([0, 0, 0, 1, 16]))
      },
      Flood(name: "window updates", count: 200_000) { _ in frame(.windowUpdate, 0, 0, Data([0, 0, 0, 1])) },
      Flood(name: "window updates of 0", count: 2000) { _ in frame(.windowUpdate, 0, 0, Data(count: 4)) },
      Flood(name: "windows that overflow", count: 2000) { _ in
        frame(.windowUpdate, 0, 0, Data([0x7F, 0xFF, 0xFF, 0xFF]))
      },
      Flood(name: "empty data", count: 50_000) {
        ($0 == 0 ? frame(.headers, 4, 1, post) : Data()) + frame(.data, 0, 1)
      },
      Flood(name: "padding", count: 50_000) {
        ($0 == 0 ? frame(.headers, 4, 1, post) : Data()) + frame(.data, 8, 1, Data([255]) + Data(count: 255))
      },
      Flood(name: "data of a byte", count: 50_000) {
        ($0 == 0 ? frame(.headers, 4, 1, post) : Data()) + frame(.data, 0, 1, bytes(1))
      },
      Flood(name: "unknown frames") { _ in HTTP2Connection.frame(kind: 0xEE, payload: bytes(1000)) },
      Flood(name: "promises by the client", count: 2000) { _ in
        frame(.pushPromise, 4, 1, Data([0, 0, 0, 2]) + get)
      },
      Flood(name: "resets of idle streams", count: 2000) { frame(.reset, 0, odd($0), Data(count: 4)) },
      Flood(name: "even streams", count: 1000) { frame(.headers, 5, 2 * $0 + 2, get) },
      Flood(name: "more streams than allowed", count: 5000) { frame(.headers, 4, odd($0), post) },
      Flood(name: "headers that name a long one again", count: 200) {
        let long = Data([0x40, 1, 0x78, 0x7F, 0xA1, 0x1E]) + bytes(4000)
        return frame(.headers, 5, odd($0), get + ($0 == 0 ? long : Data(repeating: 0xBE, count: 16_000)))
      },
      Flood(name: "huge numbers in headers", count: 200) {
        frame(.headers, 5, odd($0), Data(repeating: 0xFF, count: 50))
      },
      Flood(name: "huge header tables", count: 200) {
        frame(.headers, 5, odd($0), Data([0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) + get)
      },
      Flood(name: "frames larger than allowed", count: 200) { _ in
        Data([0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]) + bytes(1000)
      },
      Flood(name: "requests of HTTP/1.1", begin: Data()) { _ in
        Data("GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
      },
      Flood(name: "chunks of a byte", begin: chunked, count: 200_000) { _ in Data("1\r\nx\r\n".utf8) },
      Flood(name: "prefaces", count: 100) { _ in HTTP2Connection.preface },
    ]
  }
}
