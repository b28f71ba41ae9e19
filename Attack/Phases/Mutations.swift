import Foundation
import TestSupport
import Wire

extension Phase {
  /// Damaged requests of HTTP/1.1: their connections end in time, answers are answers, and the server takes no blame.
  static let http1 = Phase(name: "http1", weight: 2) { run in
    let samples = run.target.samples.http1.map { Array($0) }
    try run.rounds(threads: 4) { random in
      let bytes = Self.damaged(samples, using: &random)
      guard let (data, hasEnded) = try Self.exchange(bytes, run) else { return }
      let answers = Answers(data)
      run.count(answers.statuses.first.map { "first answered by \($0)" } ?? "not answered")
      run.expect(hasEnded, "a connection is not ended in time after \(Self.text(bytes))")
      run.expect(
        !hasEnded || answers.isWhole,
        "\(Self.text(Array(data.prefix(300)))) is no answer to \(Self.text(bytes))")
      run.expect(
        !answers.hasFailure, "\(answers.statuses) to \(Self.text(bytes)): \(Self.text(data.suffix(300)))")
    }
  }

  /// Damaged connections of HTTP/2: they end in time.
  static let http2 = Phase(name: "http2", weight: 2) { run in
    let preface = Array(HTTP2Connection.preface)
    let samples = run.target.samples.http2.map { Array($0.dropFirst(preface.count)) }
    try run.rounds(threads: 4) { random in
      let bytes = preface + Self.damaged(samples, using: &random)
      guard let (data, hasEnded) = try Self.exchange(bytes, run) else { return }
      run.count(
        data.isEmpty
          ? "not answered" : data.starts(with: "HTTP/1.".utf8) ? "answered in HTTP/1.1" : "answered in frames"
      )
      run.expect(hasEnded, "a connection is not ended in time after \(Self.text(bytes))")
    }
  }

  /// Damaged messages of gRPC in calls that are whole: each call has a status, and it's not that the server has failed.
  static let grpc = Phase(name: "grpc", weight: 2) { run in
    let samples = run.target.samples.messages
    try run.rounds(threads: 4) { random in
      let connection = try HTTP2Connection(port: run.target.server.port)
      for _ in 0..<50 where run.hasTime {
        guard let (call, sample) = samples.randomElement(using: &random),
          let other = samples.randomElement(using: &random)?.message
        else { return }
        var message = Array(sample)
        ByteMutation.damage(&message, other: Array(other), using: &random)
        var frame = Array(HTTP2Connection.frame(Data(message)))
        if UInt8.random(in: 0..<8, using: &random) == 0 {
          frame[Int.random(in: 0..<5, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let id = try connection.call("/inference.GRPCInferenceService/\(call)")
        try connection.send(Data(frame), on: id, ends: true)
        let answer = try connection.response(on: id, within: PhaseRun.patience)
        let status = answer[trailer: "grpc-status"] ?? "nothing"
        run.count("answered by \(status)")
        run.expect(
          !["nothing", "2", "13"].contains(status),
          "\(call) of \(Self.text(frame)) is answered by \(status), \(answer.trailers)")
      }
    }
  }

  private static func damaged(_ samples: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = samples.randomElement(using: &random) ?? []
    ByteMutation.damage(&bytes, other: samples.randomElement(using: &random) ?? [], using: &random)
    return bytes
  }

  /// Sends it all, says that this was all, and gives what comes back.
  ///
  /// - Returns: `nil` if the server closed before it had all: what it had sent may be lost on the way then.
  private static func exchange(_ bytes: [UInt8], _ run: PhaseRun) throws -> (data: Data, hasEnded: Bool)? {
    let connection = try RawConnection(port: run.target.server.port)
    do {
      guard try connection.send(Data(bytes), within: PhaseRun.patience) == bytes.count else {
        run.expect(false, "the server doesn't read \(text(bytes))")
        return nil
      }
    } catch {
      run.count("closed before the end")
      return nil
    }
    connection.finish()
    return connection.receiveAll(within: PhaseRun.patience)
  }

  /// Bytes as they can be sent again: `base64 -d`, and their beginning to read.
  private static func text(_ bytes: some Collection<UInt8>) -> String {
    let readable = String(
      decoding: bytes.prefix(80).map { (0x20...0x7E).contains($0) ? $0 : 0x2E }, as: UTF8.self)
    return bytes.count > 3000
      ? "\(bytes.count) bytes, \(readable)…" : "\(Data(bytes).base64EncodedString()) (\(readable))"
  }
}
