import Foundation
import TestSupport
import Wire

extension Phase {
  /// Clients that send a few bytes now and then: in a head, a body, frames; and clients that speak something else. Those that say
  /// something that is complete in the end are answered, and nobody waits for them.
  static let slow = Phase(name: "slow") { run in
    let samples = run.target.samples
    let requests =
      samples.http1.filter { $0.count < 2000 }
      + samples.http1.filter { $0.count < 2000 }.map { Data("\r\n".utf8) + $0 }
    let others =
      samples.http2.filter { $0.count < 2000 } + [
        Data([0x16, 3, 1, 0, 0xA5, 1, 0, 0, 0xA1, 3, 3]) + Data(count: 160),
        Data("SSH-2.0-OpenSSH_9.0\r\n".utf8),
        HTTP2Connection.preface.prefix(20),
      ]
    let ticks = max(20, Int(run.seconds / 0.02))
    // As many at once as there are to each of a few ticks.
    let clients = try (0..<(run.isShort ? 24 : 200)).map { number in
      let bytes = number % 2 == 0 ? requests[number / 2 % requests.count] : others[number / 2 % others.count]
      return (
        bytes: bytes, isRequest: number % 2 == 0, connection: try RawConnection(port: run.target.server.port)
      )
    }
    var ended: Set<Int> = []
    for tick in 0..<ticks where !run.target.server.process.hasEnded {
      for (number, client) in clients.enumerated() where !ended.contains(number) {
        let count = client.bytes.count
        let part = client.bytes.dropFirst(count * tick / ticks).prefix(
          count * (tick + 1) / ticks - count * tick / ticks)
        do { try client.connection.send(Data(part)) } catch { ended.insert(number) }
      }
      if tick % 10 == 0 { try run.target.others(run, "beside slow clients") }
      usleep(run.isShort ? 5000 : 15_000)
    }
    for (number, client) in clients.enumerated() {
      client.connection.finish()
      let (data, hasEnded) = client.connection.receiveAll(within: PhaseRun.patience)
      run.count("slow clients")
      guard !ended.contains(number) else { continue }
      run.expect(hasEnded, "a slow client that has said all is not left for long")
      guard client.isRequest else { continue }
      let answers = Answers(data)
      run.expect(
        answers.isWhole && !answers.statuses.isEmpty && answers.statuses.allSatisfy { $0 < 500 },
        "a slow request is answered by \(answers.statuses): \(String(decoding: data.prefix(200), as: UTF8.self))"
      )
    }
  }
}
