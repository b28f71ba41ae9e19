import Foundation

extension Trace {
  /// The trace in the Trace Event Format, which Perfetto (ui.perfetto.dev) and chrome://tracing open: a row for
  /// each worker, a slice for each event, with the item and its time in the queue.
  ///
  /// Times count from the first event, in microseconds.
  public func perfetto() -> Data {
    let start = workers.flatMap(\.events).map(\.ready).min() ?? 0
    var lines: [String] = []
    for (thread, worker) in workers.enumerated() {
      lines.append(
        #"{"ph":"M","pid":1,"tid":\#(thread),"name":"thread_name","args":{"name":\#(Self.quoted(worker.name))}}"#
      )
      for event in worker.events {
        let stage = Int(event.stage)
        let name = stages.indices.contains(stage) ? stages[stage] : "stage \(stage)"
        lines.append(
          #"{"ph":"X","pid":1,"tid":\#(thread),"cat":"\#(event.kind)","#
            + #""name":\#(Self.quoted(event.kind == .compute ? name : "transfer (\(name))")),"#
            + #""ts":\#(Self.microseconds(from: start, to: event.begin)),"#
            + #""dur":\#(Self.microseconds(from: event.begin, to: event.end)),"#
            + #""args":{"item":\#(event.item),"#
            + #""queue_us":\#(Self.microseconds(from: event.ready, to: event.begin))}}"#)
      }
    }
    return Data(
      ("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" + lines.joined(separator: ",\n") + "\n]}\n").utf8)
  }

  private static func microseconds(from start: Nanoseconds, to end: Nanoseconds) -> String {
    let time = max(start, end) - start
    let fraction = String(time % 1000)
    return "\(time / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  private static func quoted(_ text: String) -> String {
    guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
  }
}
