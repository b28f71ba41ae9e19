import Basics
import Dataflow
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Serving

@Suite struct ServerLogTests {
  private final class Lines: Sendable {
    private let all = Locked<[String]>([])
    var texts: [String] { all.withLock { $0 } }
    func add(_ line: String) { all.withLock { $0.append(line) } }
  }

  private let lines = Lines()
  private let time = ManualTime()

  private func log(_ level: ServerLog.Level = .info, _ format: ServerLog.Format = .text) -> ServerLog {
    ServerLog(level: level, format: format, clock: time) { [lines] in lines.add($0) }
  }

  private let line = RequestLine(
    request: "POST /v2/models/m/infer", model: "m", status: "503", reason: "busy", trace: "0af7")

  @Test func whatIsLessImportantIsNotTold() {
    let log = log(.warning)
    log.tell(.info, "a")
    log.tell(.warning, "b")
    log.tell(.error, "c")
    log.tell(line, at: .info)
    #expect(lines.texts == ["b", "c"])
  }

  @Test func aRequestIsALine() throws {
    log().tell(line, at: .warning)
    let text = try #require(lines.texts.first)
    #expect(
      text.wholeMatch(
        of:
          /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning m 503 busy \(POST \/v2\/models\/m\/infer, trace 0af7\)/
      )
        != nil, "\(text)")
  }

  @Test func asJSON() throws {
    let log = log(.info, .json)
    log.tell(.info, "serving \"x\"\n")
    log.tell(line, at: .warning)
    let all = try lines.texts.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(all[0]["message"] as? String == "serving \"x\"\n" && all[0]["level"] as? String == "info")
    #expect(all[1]["status"] as? Int == 503 && all[1]["model"] as? String == "m")
    #expect(all[1]["reason"] as? String == "busy" && all[1]["trace_id"] as? String == "0af7")
    #expect(!lines.texts.joined().contains("\n"))
  }

  /// What comes from clients can't write lines of its own.
  @Test func clientsWriteNoLines() {
    var head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/v2/models/a%0Ab\u{1B}[2J/infer")
    head.headerFields[.accept] = "*/*"
    log().tell(RequestLine(head, HTTPFailure(.notFound, "no 'a\nb\u{1B}'")), at: .info)
    #expect(lines.texts.count == 1 && !lines.texts[0].utf8.contains { $0 < 0x20 }, "\(lines.texts)")
  }

  @Test func manyFailuresAreFewLines() {
    let log = log()
    for _ in 0..<1000 { log.tell(line, at: .warning) }
    #expect(lines.texts.count == Int(ServerLog.burst))
    log.catchUp()
    #expect(
      lines.texts.last == "\(1000 - Int(ServerLog.burst)) lines left out: too many requests failed at once")
    log.catchUp()
    #expect(lines.texts.count == Int(ServerLog.burst) + 1)
    time.advance(by: 1_000_000_000)
    for _ in 0..<1000 { log.tell(line, at: .warning) }
    #expect(lines.texts.count == Int(ServerLog.burst + ServerLog.linesPerSecond) + 1)
    // What is told of the server itself is never left out.
    log.tell(.info, "stopped")
    #expect(lines.texts.last == "stopped")
  }
}
