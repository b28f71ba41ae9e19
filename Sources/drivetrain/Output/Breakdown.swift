import Basics
import Dataflow

/// The parts of a time, as a bar for each and their sum.
struct Breakdown {
  /// Milliseconds.
  let parts: [(name: String, milliseconds: Double)]
  let total: Double

  var lines: [String] {
    let longest = (parts.map(\.name.count) + ["total".count]).max() ?? 0
    return parts.map { name, time in
      let share = total > 0 ? time / total : 0
      return
        "  \(name.padded(longest))  \(time.fixed(3, width: 8)) ms  \((share * 100).fixed(1, width: 5)) %  "
        + String(repeating: "█", count: Int(saturating: (min(max(share, 0), 1) * 40).rounded()))
    } + ["  \("total".padded(longest))  \(total.fixed(3, width: 8)) ms"]
  }
}
