/// What a head finds before anything is left out: boxes with the score of their likeliest class, in pixels of the network's
/// input.
struct Candidates {
  var boxes: [Box] = []
  var scores: [Float] = []
  var classes: [Int32] = []
  /// Where in the head's outputs they come from, for key points and masks.
  var sources: [Int32] = []

  /// As many as are looked at, the best ones: a network that finds more in an image finds nothing.
  static let maximumCount = 30_000

  var count: Int { scores.count }

  mutating func append(_ box: Box, score: Float, of index: Int, from source: Int) {
    boxes.append(box)
    scores.append(score)
    classes.append(Int32(truncatingIfNeeded: index))
    sources.append(Int32(truncatingIfNeeded: source))
  }

  /// Positions by falling score; of equal ones, the first comes first.
  var order: [Int] {
    var order = Array(0..<count)
    order.sort { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
    return order
  }
}
