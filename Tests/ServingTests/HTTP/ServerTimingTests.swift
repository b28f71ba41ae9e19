import Dataflow
import Testing

@testable import Serving

@Suite struct ServerTimingTests {
  /// Milliseconds with all digits of the nanoseconds, whatever the size, and only characters of a header's token.
  @Test func toTheNanosecond() {
    let events = [
      TraceEvent(item: 1, stage: 0, ready: 0, begin: 1, end: 1_000_002),
      TraceEvent(item: 1, stage: 1, ready: 1_000_002, begin: 1_000_002, end: 61_000_000_000),
    ]
    let attribution = Attribution(
      of: events, stages: ["decode, \"größe\"", "a b"], from: 0, to: 61_000_000_003)
    #expect(
      ServerTiming(attribution).value
        == "decode___gr__e_;dur=1.000001, a_b;dur=60998.999998, queue;dur=0.000001, transfer;dur=0.000000, "
        + "unattributed;dur=0.000003, total;dur=61000.000003")
    #expect(ServerTiming(attribution, receive: 1_500_000).value.hasSuffix(".000003, receive;dur=1.500000"))
  }
}
