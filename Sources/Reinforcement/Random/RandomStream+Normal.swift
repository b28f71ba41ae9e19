import Foundation

extension RandomStream {
  /// A normal number with mean 0 and standard deviation 1.
  ///
  /// Made by the polar method, two at a time (Marsaglia and Bray, *A Convenient Method for Generating Normal
  /// Variables*, 1964). NumPy uses another method: the same seed gives other numbers there.
  public mutating func normal() -> Double {
    if let number = spareNormal {
      spareNormal = nil
      return number
    }
    var x: Double
    var y: Double
    var square: Double
    repeat {
      x = 2 * nextDouble() - 1
      y = 2 * nextDouble() - 1
      square = x * x + y * y
    } while square >= 1 || square == 0
    let factor = (-2 * log(square) / square).squareRoot()
    spareNormal = y * factor
    return x * factor
  }
}
