/// The mean time of each stage, summed up from the servers' answers.
struct StageTimes: Sendable {
  private var sums: [(name: String, milliseconds: Double, count: Int)] = []

  /// What a server that makes names up can have of our memory.
  private static let maximumStages = 64

  /// In the order in which they were first named; each over the answers that named it.
  var means: [(name: String, milliseconds: Double)] {
    sums.map { ($0.name, $0.milliseconds / Double($0.count)) }
  }

  /// - Parameter position: where the stage is expected: answers mostly name the same ones in the same order.
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
