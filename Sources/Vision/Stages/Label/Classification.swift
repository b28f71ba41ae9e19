import Foundation

/// What an image shows: the likeliest classes, best first.
public struct Classification: Sendable {
  public struct Label: Sendable, Codable, Hashable {
    public let label: String
    /// The class's position in the network's output.
    public let index: Int
    /// Its probability, 0…1, or the network's own number if the pipeline applies no softmax.
    public let score: Float
  }

  public let labels: [Label]
}

extension Classification {
  /// The `count` highest of a network's numbers.
  ///
  /// - Complexity: O(classes × count).
  init(_ numbers: UnsafeMutableBufferPointer<Float>, names: [String], count: Int, softmax: Bool) {
    var best: [Int] = []
    for index in numbers.indices {
      let isAmongBest = best.count < count || numbers[index] > numbers[best[best.count - 1]]
      guard isAmongBest, !numbers[index].isNaN else { continue }
      let position = best.firstIndex { numbers[$0] < numbers[index] } ?? best.count
      best.insert(index, at: position)
      if best.count > count { best.removeLast() }
    }
    // Subtracting the maximum keeps exp from overflowing.
    let maximum = best.first.map { numbers[$0] } ?? 0
    let sum = softmax ? numbers.reduce(0) { $0 + ($1.isNaN ? 0 : exp($1 - maximum)) } : 1
    labels = best.map { index in
      Label(
        label: names.indices.contains(index) ? names[index] : "class \(index)", index: index,
        score: softmax ? exp(numbers[index] - maximum) / sum : numbers[index])
    }
  }
}
