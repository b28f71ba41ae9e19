/// A stream of random numbers: PCG64, seeded and drawn from as NumPy's `default_rng(seed)`, so that a seed means the
/// same episodes as in Gymnasium.
public struct RandomStream: Codable, Sendable, Hashable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
