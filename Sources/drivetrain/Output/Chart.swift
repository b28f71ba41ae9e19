import Basics

/// A curve drawn with characters, from the left to the right and the lowest value to the highest.
struct Chart {
  private let values: [Double]
  private let height: Int
  private static let blocks = Array(" ▁▂▃▄▅▆▇█")

  init(_ values: [Double], height: Int = 1) {
    self.values = values
    self.height = height
  }

  /// Lines from the top to the bottom, three characters for each value where there is room for several lines;
  /// the first and the last have the scale. Empty if there are no values.
  var lines: [String] {
    guard let low = values.min(), let high = values.max() else { return [] }
    let labels = (high.fixed(0), low.fixed(0))
    let width = max(labels.0.count, labels.1.count)
    let columns = values.map { column($0, low, high) }
    return (0..<height).map { line in
      let label = line == 0 ? labels.0 : line == height - 1 ? labels.1 : ""
      let cells = columns.map { String(repeating: $0[height - 1 - line], count: 2) }.joined(separator: " ")
      return String(repeating: " ", count: width - label.count) + label + " ┤ " + cells
    }
  }

  /// The curve in one line, without the scale.
  var sparkline: String {
    guard let low = values.min(), let high = values.max() else { return "" }
    return String(values.map { column($0, low, high)[0] })
  }

  /// A value's part of each line, from the bottom up: the lowest value fills an eighth of the first.
  private func column(_ value: Double, _ low: Double, _ high: Double) -> [Character] {
    let full = height * 8
    let part = high > low ? (value - low) / (high - low) : 1
    let eighths = value.isFinite ? 1 + Int((part * Double(full - 1)).rounded()) : 0
    return (0..<height).map { Self.blocks[min(max(eighths - $0 * 8, 0), 8)] }
  }
}
