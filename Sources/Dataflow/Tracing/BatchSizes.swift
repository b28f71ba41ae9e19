/// A stage's batch sizes over all of its firings, counted by powers of two.
public struct BatchSizes: Sendable, Equatable {
  /// Firings with 1, 2, 3–4, 5–8, … items; the last entry counts all larger batches.
  public fileprivate(set) var firings: [UInt64]
  /// The items of all firings.
  public fileprivate(set) var items: UInt64 = 0

  /// The largest batch of each entry of `firings` but the last: 1, 2, 4, … 4096.
  public static let bounds: [UInt64] = (0...12).map { 1 << $0 }

  init() { firings = Array(repeating: 0, count: Self.bounds.count + 1) }

  /// The entry of `firings` that counts batches of a size.
  static func index(of size: Int) -> Int {
    size > 1 ? min(Int.bitWidth - (size - 1).leadingZeroBitCount, bounds.count) : 0
  }

  mutating func add(_ ring: TraceRing, stage: Int) {
    for index in firings.indices { firings[index] += ring.firings(of: stage, index) }
    items += ring.items(of: stage)
  }
}
