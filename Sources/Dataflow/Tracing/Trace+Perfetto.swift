import Basics
import Foundation

extension Trace {
  /// The trace in the Trace Event Format of Perfetto (ui.perfetto.dev) and chrome://tracing: a row for each
  /// worker, and a slice for each event with its item and its queueing time.
  ///
  /// Times are in microseconds since the first event.
  public func perfetto() -> Data { Self.document(lines(process: 1, from: start)) }

  /// Several graphs' traces on one time axis, a process for each.
  public static func perfetto(of traces: [(name: String, trace: Trace)]) -> Data {
    let start = traces.map(\.trace.start).min() ?? 0
    var lines: [String] = []
    for (index, (name, trace)) in traces.enumerated() {
      lines.append(Self.name("process_name", process: index + 1, thread: 0, name))
      lines += trace.lines(process: index + 1, from: start)
    }
    return document(lines)
  }

  private var start: Nanoseconds { workers.flatMap(\.events).map(\.ready).min() ?? 0 }

  private func lines(process: Int, from start: Nanoseconds) -> [String] {
    var lines: [String] = []
    for (thread, worker) in workers.enumerated() {
      lines.append(Self.name("thread_name", process: process, thread: thread, worker.name))
      for event in worker.events {
        let stage = Int(event.stage)
        let name = stages.indices.contains(stage) ? stages[stage] : "stage \(stage)"
        lines.append(
          #"{"ph":"X","pid":\#(process),"tid":\#(thread),"cat":"\#(event.kind)","#
            + #""name":\#(Self.quoted(event.kind == .compute ? name : "transfer (\(name))")),"#
            + #""ts":\#(Self.microseconds(from: start, to: event.begin)),"#
            + #""dur":\#(Self.microseconds(from: event.begin, to: event.end)),"#
            + #""args":{"item":\#(event.item),"#
            + #""queue_us":\#(Self.microseconds(from: event.ready, to: event.begin))}}"#)
      }
    }
    return lines
  }

  private static func document(_ lines: [String]) -> Data {
    Data(
      ("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" + lines.joined(separator: ",\n") + "\n]}\n").utf8)
  }

  private static func name(_ kind: String, process: Int, thread: Int, _ name: String) -> String {
    #"{"ph":"M","pid":\#(process),"tid":\#(thread),"name":"\#(kind)","args":{"name":\#(quoted(name))}}"#
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
