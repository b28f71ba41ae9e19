/// What a head finds before anything is left out: boxes with the score of their likeliest class, in pixels of the network's
/// input.
struct Candidates {
  /// The network's output that has the boxes.
  let output: String
  private(set) var boxes: [Box] = []
  private(set) var scores: [Float] = []
  private(set) var classes: [Int32] = []
  /// Where in the head's outputs they come from, for key points and masks.
  private(set) var sources: [Int32] = []

  /// As many as are looked at, the best ones: a network that finds more in an image finds nothing.
  static let maximumCount = 30_000

  init(of output: String) { self.output = output }

  var count: Int { scores.count }

  /// - Throws: `OutputError` for edges that are not finite.
  @inline(__always)
  mutating func append(_ box: Box, score: Float, of index: Int, from source: Int) throws {
    // Infinities and NaN make the sum one of them; so do edges beyond all photographs.
    guard (box.x1 + box.y1 + box.x2 + box.y2).isFinite else { throw OutputError.notFinite(output) }
    boxes.append(box)
    scores.append(score)
    classes.append(Int32(truncatingIfNeeded: index))
    sources.append(Int32(truncatingIfNeeded: source))
  }

  /// Positions by falling score; of equal ones, the first comes first. At most `maximumCount`.
  ///
  /// - Complexity: O(count).
  var order: [Int] {
    var order = Array(0..<count)
    if count > Self.maximumCount {
      let least = scores.withUnsafeBufferPointer {
        FloatSelection.number(at: count - Self.maximumCount, of: $0)
      }
      let better = order.filter { scores[$0] > least }
      order = better + order.lazy.filter { scores[$0] == least }.prefix(Self.maximumCount - better.count)
    }
    order.sort { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
    return order
  }
}
