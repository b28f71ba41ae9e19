import Basics

/// A positive fraction in lowest terms.
struct Ratio: Equatable, CustomStringConvertible {
  let numerator: Int
  let denominator: Int

  init(_ numerator: Int, _ denominator: Int) {
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// This × `factor` ÷ `divisor`; `nil` on overflow.
  func scaled(by factor: Int, over divisor: Int) -> Ratio? {
    let (upper, upperOverflow) = numerator.multipliedReportingOverflow(by: factor)
    let (lower, lowerOverflow) = denominator.multipliedReportingOverflow(by: divisor)
    return upperOverflow || lowerOverflow ? nil : Ratio(upper, lower)
  }

  /// The smallest integers in the same proportion; `nil` on overflow.
  static func smallestIntegers(_ ratios: [Ratio]) -> [Int]? {
    var multiple = 1
    for ratio in ratios {
      let step = ratio.denominator / greatestCommonDivisor(multiple, ratio.denominator)
      let (product, overflow) = multiple.multipliedReportingOverflow(by: step)
      guard !overflow else { return nil }
      multiple = product
    }
    var integers: [Int] = []
    for ratio in ratios {
      let (product, overflow) = ratio.numerator.multipliedReportingOverflow(by: multiple / ratio.denominator)
      guard !overflow else { return nil }
      integers.append(product)
    }
    let divisor = integers.reduce(0, greatestCommonDivisor)
    return integers.map { $0 / max(divisor, 1) }
  }

  var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
