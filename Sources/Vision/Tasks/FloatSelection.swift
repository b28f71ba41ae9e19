/// The number at a place in the order of many, without sorting them.
enum FloatSelection {
  /// - Parameters:
  ///   - rank: 0 for the smallest.
  ///   - numbers: finite.
  /// - Complexity: O(numbers), in two passes.
  static func number(at rank: Int, of numbers: UnsafeBufferPointer<Float>) -> Float {
    var rank = rank
    let high = digit(at: &rank, of: numbers) { ($0 >> 16, true) }
    let low = digit(at: &rank, of: numbers) { ($0 & 0xFFFF, $0 >> 16 == high) }
    let key = high << 16 | low
    return Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key ^ 0x8000_0000)
  }

  /// The middle one, or the mean of the two in the middle.
  ///
  /// - Precondition: there is a number.
  static func median(of numbers: UnsafeBufferPointer<Float>) -> Float {
    let upper = number(at: numbers.count / 2, of: numbers)
    guard numbers.count.isMultiple(of: 2) else { return upper }
    return (number(at: numbers.count / 2 - 1, of: numbers) + upper) / 2
  }

  /// Sixteen bits of the key at a rank, which becomes the rank among the numbers that share them.
  @inline(__always)
  private static func digit(
    at rank: inout Int, of numbers: UnsafeBufferPointer<Float>, _ bits: (UInt32) -> (UInt32, counts: Bool)
  ) -> UInt32 {
    var counts = [Int](repeating: 0, count: 1 << 16)
    counts.withUnsafeMutableBufferPointer { counts in
      for number in numbers {
        // Integers of the same order as the numbers.
        let pattern = number.bitPattern
        let digit = bits(pattern & 0x8000_0000 == 0 ? pattern ^ 0x8000_0000 : ~pattern)
        if digit.counts { counts[Int(digit.0)] += 1 }
      }
    }
    for (digit, count) in counts.enumerated() {
      guard rank >= count else { return UInt32(digit) }
      rank -= count
    }
    return 0xFFFF
  }
}
