import Foundation
import Planning

/// The likeliest classes of an image, best first.
public struct Classification: Sendable {
  /// A class with its score.
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
  /// The `count` highest of a network's numbers; of equal ones, the first. −∞ means "never" and is left out.
  ///
  /// - Throws: `OutputError` if any other number is infinite or NaN, or all are −∞.
  /// - Complexity: O(classes × count).
  init(
    _ numbers: UnsafeMutableBufferPointer<Float>, names: [String], count: Int, threshold: Float? = nil,
    softmax: Bool
  ) throws(OutputError) {
    var best: [Int] = []
    for index in numbers.indices where numbers[index] > -.infinity {
      guard best.count < count || numbers[index] > numbers[best[best.count - 1]] else { continue }
      let position = best.firstIndex { numbers[$0] < numbers[index] } ?? best.count
      best.insert(index, at: position)
      if best.count > count { best.removeLast() }
    }
    let wrong = numbers.reduce(0) { $0 + ($1 < .infinity ? 0 : 1) }
    guard wrong == 0, let maximum = best.first.map({ numbers[$0] }) else {
      throw OutputError.notFinite(max(wrong, 1), of: numbers.count)
    }
    // Subtracting the maximum keeps exp from overflowing.
    let sum = softmax ? numbers.reduce(0) { $0 + exp($1 - maximum) } : 1
    let labelNames = LabelNames(names)
    labels = best.map { index in
      Label(
        label: labelNames[index], index: index,
        score: softmax ? exp(numbers[index] - maximum) / sum : numbers[index])
    }.filter { $0.score >= threshold ?? -.infinity }
  }
}
