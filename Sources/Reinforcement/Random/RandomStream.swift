/// A stream of random numbers: PCG64, seeded and drawn as NumPy's `default_rng(seed)`, so that a seed gives
/// the same episodes as in Gymnasium.
///
/// 128 bits of state, period 2¹²⁸ (O'Neill, *PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation*, 2014; the variant XSL-RR). Its value is its whole state.
///
/// A run has one seed and a stream for every purpose, such as
/// `RandomStream(seed: 7, purpose: "exploration")`. They are independent of each other.
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable {
  @usableFromInline var state: UInt128
  @usableFromInline let increment: UInt128
  /// The upper half of the latest 64 bits, if only the lower was drawn.
  @usableFromInline var spareBits: UInt32?
  /// The second normal number of the latest pair.
  @usableFromInline var spareNormal: Double?

  @usableFromInline static let multiplier: UInt128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645

  /// NumPy's `default_rng(seed)`.
  public init(seed: UInt64) { self.init(SeedSequence(seed: seed)) }

  /// The stream of the child number `child`: NumPy's `SeedSequence(seed).spawn(child + 1)[child]`.
  public init(seed: UInt64, child: UInt32) { self.init(SeedSequence(seed: seed, key: [child])) }

  /// The stream for a purpose, unrelated to those of other purposes: NumPy's
  /// `SeedSequence(seed, spawn_key=tuple(purpose.encode()))`.
  public init(seed: UInt64, purpose: String) {
    self.init(SeedSequence(seed: seed, key: purpose.utf8.map(UInt32.init)))
  }

  private init(_ seeds: SeedSequence) {
    let words = seeds.words(4)
    increment = (UInt128(words[2]) << 64 | UInt128(words[3])) << 1 | 1
    // The generator's first two steps, the first of them from 0.
    state = increment &+ (UInt128(words[0]) << 64 | UInt128(words[1]))
    advance()
  }

  /// 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    advance()
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let rotation = UInt64(truncatingIfNeeded: state >> 122)
    return folded &>> rotation | folded &<< (64 &- rotation)
  }

  /// 32 random bits: the lower half of 64, and at the next call the upper.
  @inlinable
  public mutating func next32() -> UInt32 {
    if let bits = spareBits {
      spareBits = nil
      return bits
    }
    let bits = next()
    spareBits = UInt32(truncatingIfNeeded: bits >> 32)
    return UInt32(truncatingIfNeeded: bits)
  }

  /// Uniform in [0, 1), 53 bits: NumPy's `random()`.
  @inlinable
  public mutating func nextDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in [low, high): NumPy's `uniform(low, high)`.
  @inlinable
  public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * nextDouble() }

  /// Uniform in 0 ..< `bound`, which must be positive: NumPy's `integers(bound)`.
  ///
  /// Unbiased, usually with one multiplication and no division (Lemire, *Fast Random Integer Generation in an
  /// Interval*, 2019).
  @inlinable
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "an integer from an empty range")
    if bound == 1 { return 0 }
    guard let narrow = UInt32(exactly: bound) else { return wideInteger(below: UInt64(bound)) }
    var product = UInt64(next32()) &* UInt64(narrow)
    if UInt32(truncatingIfNeeded: product) < narrow {
      let threshold = (0 &- narrow) % narrow
      while UInt32(truncatingIfNeeded: product) < threshold { product = UInt64(next32()) &* UInt64(narrow) }
    }
    return Int(product >> 32)
  }

  @usableFromInline
  mutating func wideInteger(below bound: UInt64) -> Int {
    if bound == 1 << 32 { return Int(next32()) }
    var product = bound.multipliedFullWidth(by: next())
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = bound.multipliedFullWidth(by: next()) }
    }
    return Int(product.high)
  }

  @inlinable
  mutating func advance() { state = state &* Self.multiplier &+ increment }
}
