/// Expands a seed into any number of well-mixed words for a generator's state: NumPy's `SeedSequence` with a
/// pool of four words, after Melissa O'Neill's `seed_seq_fe128` (*Developing a seed_seq Alternative*, 2015).
///
/// Seeds that differ in one bit give unrelated words, so neighbours such as `seed + index` may be used
/// together.
struct SeedSequence {
  private var pool: [UInt32] = []

  /// `SeedSequence(seed, spawn_key=key)`.
  init(seed: UInt64, key: [UInt32] = []) {
    var entropy = [UInt32(truncatingIfNeeded: seed)]
    if seed >> 32 != 0 { entropy.append(UInt32(seed >> 32)) }
    if !key.isEmpty {
      // Zeros between them distinguish a long seed from a short one with a key.
      entropy += Array(repeating: 0, count: Self.poolSize - entropy.count) + key
    }

    var hash = Hash(constant: 0x43b0_d7e5, multiplier: 0x931e_8875)
    pool = (0..<Self.poolSize).map { hash($0 < entropy.count ? entropy[$0] : 0) }
    for source in 0..<Self.poolSize {
      for target in 0..<Self.poolSize where target != source {
        pool[target] = Self.mix(pool[target], hash(pool[source]))
      }
    }
    for word in entropy.dropFirst(Self.poolSize) {
      for target in 0..<Self.poolSize { pool[target] = Self.mix(pool[target], hash(word)) }
    }
  }

  /// `generate_state(count, uint64)`.
  func words(_ count: Int) -> [UInt64] {
    var hash = Hash(constant: 0x8b51_f9dd, multiplier: 0x58f3_8ded)
    let halves = (0..<2 * count).map { UInt64(hash(pool[$0 % Self.poolSize])) }
    return (0..<count).map { halves[2 * $0] | halves[2 * $0 + 1] << 32 }
  }

  private static let poolSize = 4

  private static func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
    let mixed = x &* 0xca01_f9dd &- y &* 0x4973_f715
    return mixed ^ mixed >> 16
  }

  /// A multiplicative hash with a new constant for every word.
  private struct Hash {
    var constant: UInt32
    let multiplier: UInt32

    mutating func callAsFunction(_ word: UInt32) -> UInt32 {
      let salted = word ^ constant
      constant &*= multiplier
      let hashed = salted &* constant
      return hashed ^ hashed >> 16
    }
  }
}
