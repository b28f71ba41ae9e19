import Basics
import Dataflow

/// Requests whose spans wait to be exported. Their number is bounded; further ones are dropped and counted.
///
/// Any thread may add; one takes.
final class SpanQueue: Sendable {
  struct Counts: Sendable, Equatable {
    var exported: UInt64 = 0
    /// The queue was full, because the collector is slow or away.
    var droppedFull: UInt64 = 0
    /// The collector did not respond in time, or not at all.
    var droppedUnreachable: UInt64 = 0
    /// The collector rejected them.
    var droppedRejected: UInt64 = 0
  }

  private struct State {
    var records: [RequestRecord] = []
    var spans = 0
    var counts = Counts()
  }

  private let state = Locked(State())
  private let capacity: Int

  /// - Parameter capacity: in spans.
  init(capacity: Int) { self.capacity = capacity }

  /// - Complexity: O(1), under a lock that is never held for long.
  func add(_ record: RequestRecord) {
    let spans = OTLPSpans.count(of: record)
    state.withLock { state in
      guard state.spans + spans <= capacity else {
        state.counts.droppedFull += UInt64(spans)
        return
      }
      state.records.append(record)
      state.spans += spans
    }
  }

  /// Takes all waiting records.
  func takeAll() -> [RequestRecord] {
    state.withLock { state in
      defer { (state.records, state.spans) = ([], 0) }
      return state.records
    }
  }

  func note(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

  var counts: Counts { state.withLock { $0.counts } }
}

extension MetricsText {
  mutating func write(_ counts: SpanQueue.Counts) {
    family("drivetrain_spans_exported_total", .counter, "Spans that the OTLP collector has taken.")
    sample(counts.exported)
    family("drivetrain_spans_dropped_total", .counter, "Spans that were not exported, by the reason.")
    for (reason, count) in [
      ("queue_full", counts.droppedFull), ("unreachable", counts.droppedUnreachable),
      ("rejected", counts.droppedRejected),
    ] { sample(["reason": reason], count) }
  }
}
