import Dataflow
import Serving
import Testing

@testable import Load

@Suite struct ServerTimingHeaderTests {
  private func entries(_ text: String) -> [String] {
    ServerTimingHeader(text).map { "\($0.name) \($0.milliseconds)" }
  }

  @Test(arguments: [
    ("decode;dur=1.5, infer;dur=10", ["decode 1.5", "infer 10.0"]),
    ("decode;dur=1.5,infer;dur=10", ["decode 1.5", "infer 10.0"]),
    (" a ; desc=\"x;dur=3, b\" ; dur = 2 ,\tb;dur=3", ["a 2.0", "b 3.0"]),
    ("cache;desc=hit, db;dur=53", ["db 53.0"]),
    ("", []), (",,;;", []), (";dur=1", []), ("a;dur", []), ("a;dur=", []),
    ("a;dur=-1, b;dur=nan, c;dur=inf, d;dur=1e400, e;dur=5", ["e 5.0"]),
    ("a;desc=\"open, b;dur=1", []),
  ])
  func reads(text: String, expected: [String]) { #expect(entries(text) == expected) }

  /// What the server writes is read back.
  @Test func ours() {
    let events = [TraceEvent(item: 1, stage: 0, kind: .compute, ready: 0, begin: 1_000, end: 2_001_000)]
    let attribution = Attribution(of: events, stages: ["decode"], from: 0, to: 2_500_000)
    #expect(
      entries(ServerTiming(attribution).value)
        == ["decode 2.0", "queue 0.001", "transfer 0.0", "unattributed 0.499", "total 2.5"])
  }

  @Test func means() {
    var times = StageTimes()
    for header in ["a;dur=1, b;dur=10", "a;dur=3, b;dur=20", "b;dur=30, a;dur=5, c;dur=7"] {
      for (position, entry) in ServerTimingHeader(header).enumerated() {
        times.add(entry.name, entry.milliseconds, at: position)
      }
    }
    #expect(times.means.map { "\($0.name) \($0.milliseconds)" } == ["a 3.0", "b 20.0", "c 7.0"])
    for number in 0..<1000 { times.add("x\(number)", 1, at: number) }
    #expect(times.means.count == 64)
  }
}
