/// How many items a stage took at once, over all of its firings: counted by powers of two.
public struct BatchSizes: Sendable, Equatable {
  /// Firings of 1, of 2, of 3 or 4, of 5 to 8, …; the last of more than all those.
  public fileprivate(set) var firings: [UInt64]
  /// What all firings took together.
  public fileprivate(set) var items: UInt64 = 0

  /// The largest batch of each entry of `firings` but the last: 1, 2, 4, … 4096, which is the most that a plan may ask for.
  public static let bounds: [UInt64] = (0...12).map { 1 << $0 }

  init() { firings = Array(repeating: 0, count: Self.bounds.count + 1) }

  /// Which entry of `firings` counts batches of a size.
  static func index(of size: Int) -> Int {
    size > 1 ? min(Int.bitWidth - (size - 1).leadingZeroBitCount, bounds.count) : 0
  }

  mutating func add(_ ring: TraceRing, stage: Int) {
    for index in firings.indices { firings[index] += ring.firings(of: stage, index) }
    items += ring.items(of: stage)
  }
}
