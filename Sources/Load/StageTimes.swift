/// The mean time of each stage, over the servers' responses.
struct StageTimes: Sendable {
  private var sums: [(name: String, milliseconds: Double, count: Int)] = []

  /// The bound on a server that makes names up.
  private static let maximumStages = 64

  /// In the order of first appearance; each over the responses that named it.
  var means: [(name: String, milliseconds: Double)] {
    sums.map { ($0.name, $0.milliseconds / Double($0.count)) }
  }

  /// - Parameter position: the expected index of the stage: responses mostly name the same ones in the same
  ///   order.
  mutating func add(_ name: Substring, _ milliseconds: Double, at position: Int) {
    if position < sums.count, sums[position].name == name {
      sums[position].milliseconds += milliseconds
      sums[position].count += 1
    } else if let index = sums.firstIndex(where: { $0.name == name }) {
      sums[index].milliseconds += milliseconds
      sums[index].count += 1
    } else if sums.count < Self.maximumStages {
      sums.append((String(name), milliseconds, 1))
    }
  }
}
