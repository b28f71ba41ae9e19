/// Where each place of a resized side lies among the numbers of the other, and their weights: PyTorch's `interpolate` without
/// aligned corners.
struct MapTaps: Sendable {
  /// How numbers between others are found.
  enum Filter: String, Sendable, CaseIterable {
    /// From the two that are nearest.
    case bilinear
    /// From four, by the cubic kernel with a = −0.75.
    case bicubic

    var taps: Int { self == .bilinear ? 2 : 4 }
  }

  let filter: Filter
  let count: Int
  /// Tap after tap, each for all places.
  private(set) var places: [Int32] = []
  private(set) var weights: [Float] = []

  /// - Parameters:
  ///   - content: numbers of the source that the whole side shows.
  ///   - length: of the whole resized side.
  ///   - part: places of it that are wanted; all if not given.
  init(_ content: Range<Int>, to length: Int, part: Range<Int>? = nil, _ filter: Filter = .bilinear) {
    self.init(
      content, scale: Float(Double(content.count) / Double(length)), offset: 0, part: part ?? 0..<length,
      filter)
  }

  /// - Parameters:
  ///   - content: numbers of the source that may be used; places beyond have the outermost.
  ///   - scale, offset: place p of the result lies `(p + ½) · scale + offset − ½` behind the content's first number.
  init(_ content: Range<Int>, scale: Float, offset: Float, part: Range<Int>, _ filter: Filter) {
    self.filter = filter
    count = part.count
    places = Array(repeating: 0, count: filter.taps * count)
    weights = Array(repeating: 0, count: filter.taps * count)
    let last = content.count - 1
    for (index, position) in part.enumerated() {
      var place = (Float(position) + 0.5) * scale + offset - 0.5
      switch filter {
      case .bilinear:
        place = min(max(place, 0), Float(last))
        let low = Int(place)
        let share = place - Float(low)
        set(index, tap: 0, content.lowerBound + low, 1 - share)
        set(index, tap: 1, content.lowerBound + min(low + 1, last), share)
      case .bicubic:
        let low = place.rounded(.down)
        let share = place - low
        for tap in 0..<4 {
          let number = min(max(Int(low) + tap - 1, 0), last)
          set(index, tap: tap, content.lowerBound + number, Self.cubic(abs(share - Float(tap - 1))))
        }
      }
    }
  }

  private mutating func set(_ index: Int, tap: Int, _ place: Int, _ weight: Float) {
    places[tap * count + index] = Int32(truncatingIfNeeded: place)
    weights[tap * count + index] = weight
  }

  private static func cubic(_ distance: Float) -> Float {
    distance <= 1
      ? (1.25 * distance - 2.25) * distance * distance + 1
      : ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
  }

  /// The numbers of the source that are used.
  var range: Range<Int> {
    guard let first = places.min(), let last = places.max() else { return 0..<0 }
    return Int(first)..<Int(last) + 1
  }
}
