import Basics

/// The order of images: in proportion to weights, and evenly mixed at every length, by nginx's smooth
/// weighted round robin.
public struct ImageMix: Sendable {
  private let weights: [Double]
  private let total: Double
  private var credits: [Double]

  /// A mix of all images equally often.
  ///
  /// - Precondition: `count` is at least 1.
  public init(count: Int) { self.init(weights: Array(repeating: 1, count: count)) }

  /// A mix by a text of weights, such as `small=0.6,large=0.1`.
  ///
  /// - Parameter names: the images' names, each of which must have a weight.
  /// - Throws: `LoadError`.
  public init(parsing text: String, names: [String]) throws {
    var weights: [String: Double] = [:]
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard parts.count == 2, let weight = Double(parts[1]), weight > 0, weight.isFinite else {
        throw LoadError("'\(entry)' in the mix must be NAME=WEIGHT with a number above 0, such as small=0.6")
      }
      guard names.contains(name) else {
        throw LoadError("the mix names '\(name)', which is no image; \(name.hint(among: names))")
      }
      guard weights.updateValue(weight, forKey: name) == nil else {
        throw LoadError("the mix names '\(name)' twice")
      }
    }
    if let repeated = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw LoadError("two images are named '\(repeated)', so a mix can't tell them apart; rename one")
    }
    if let missing = names.first(where: { weights[$0] == nil }) {
      throw LoadError("the mix has no weight for '\(missing)'; give it one, or leave its file out")
    }
    self.init(weights: names.compactMap { weights[$0] })
  }

  private init(weights: [Double]) {
    self.weights = weights
    total = weights.reduce(0, +)
    credits = weights.map { _ in 0 }
  }

  /// The position of the next image.
  mutating func next() -> Int {
    var best = 0
    for index in credits.indices {
      credits[index] += weights[index]
      if credits[index] > credits[best] { best = index }
    }
    credits[best] -= total
    return best
  }
}
