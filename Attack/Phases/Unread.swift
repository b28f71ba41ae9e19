import Foundation
import TestSupport
import Wire

extension Phase {
  /// Clients that ask and read nothing: others are answered, and no more is kept of what they have asked for than one may have.
  static let unread = Phase(name: "unread", weight: 1.5) { run in
    let kinds: [@Sendable (PhaseRun) throws -> [AnyObject]] = [
      calls, stream, pipelined, smallBuffers, pings,
    ]
    try run.rounds { random in
      for kind in kinds.shuffled(using: &random) {
        // What it gives are its connections: they stay open until others were answered.
        let open = try kind(run)
        run.checkSilence("beside clients that read nothing")
        try run.target.others(run, "beside clients that read nothing")
        withExtendedLifetime(open) {}
        guard run.hasTime || run.isShort else { break }
      }
    }
  }

  private static let calls: @Sendable (PhaseRun) throws -> [AnyObject] = { run in
    let connection = try HTTP2Connection(port: run.target.server.port, window: 0)
    let frame = HTTP2Connection.frame(WideNetwork.message(rows: run.isShort ? 32 : 256))
    for _ in 0..<60 {
      let id = try connection.call(WideNetwork.infer)
      try connection.send(frame, on: id, ends: true)
    }
    run.count("unread calls", 60)
    return [connection]
  }

  private static let stream: @Sendable (PhaseRun) throws -> [AnyObject] = { run in
    let connection = try HTTP2Connection(port: run.target.server.port, window: 0)
    let id = try connection.call(WideNetwork.stream)
    let frames = (0..<200).reduce(into: Data()) { all, _ in
      all += HTTP2Connection.frame(WideNetwork.message(rows: 64))
    }
    var sent = 0
    while sent < 64 << 20 {
      let count = try connection.send(frames, on: id, patience: 0.5)
      sent += count
      if count < frames.count { break }
    }
    run.count("unread streams")
    run.expect(sent < 32 << 20, "\(sent >> 20) MiB of a stream are taken that nobody reads the answers of")
    return [connection]
  }

  private static let pipelined: @Sendable (PhaseRun) throws -> [AnyObject] = { run in
    let connection = try RawConnection(port: run.target.server.port, receiveBuffer: 4096)
    let body = WideNetwork.json(rows: 64)
    let request =
      Data(
        "POST \(WideNetwork.path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    let many = (0..<100).reduce(into: Data()) { all, _ in all += request }
    var sent = 0
    while sent < 64 << 20 {
      // A server that has given it up is right, too.
      guard let count = try? connection.send(many, within: 0.5) else { break }
      sent += count
      if count < many.count { break }
    }
    run.count("unread pipelined requests", sent / request.count)
    run.expect(sent < 32 << 20, "\(sent >> 20) MiB of requests are taken that nobody reads the answers of")
    return [connection]
  }

  private static let smallBuffers: @Sendable (PhaseRun) throws -> [AnyObject] = { run in
    let body = WideNetwork.json(rows: run.isShort ? 64 : 512)
    let connections = try (0..<10).map { _ in
      let connection = try HTTP1Connection(port: run.target.server.port, receiveBuffer: 4096)
      try connection.sendHead("POST", WideNetwork.path, ["Content-Length": "\(body.count)"])
      try connection.send(body)
      return connection
    }
    run.count("unread answers", connections.count)
    return connections
  }

  private static let pings: @Sendable (PhaseRun) throws -> [AnyObject] = { run in
    let connection = try RawConnection(port: run.target.server.port, receiveBuffer: 4096)
    try connection.send(HTTP2Connection.preface + HTTP2Connection.frame(.settings))
    let many = (0..<10_000).reduce(into: Data()) { all, _ in
      all += HTTP2Connection.frame(.ping, payload: Data(count: 8))
    }
    for _ in 0..<(run.isShort ? 4 : 100) {
      guard let count = try? connection.send(many, within: 0.5), count == many.count else { break }
      run.count("unread pings", 10_000)
    }
    return [connection]
  }
}
