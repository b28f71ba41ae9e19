import Basics

/// Random numbers that are the same in every run.
public struct SeededGenerator: RandomNumberGenerator {
  private var generator: SplitMix64

  public init(seed: Int) { generator = SplitMix64(seed: UInt64(bitPattern: Int64(seed))) }

  public mutating func next() -> UInt64 { generator.next() }
}
