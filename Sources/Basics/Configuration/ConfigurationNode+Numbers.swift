import Yams

extension ConfigurationNode {
  /// A whole number; it may be written as `1e9`.
  public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(ConfigurationError) -> Int {
    let value: Int
    switch try numeral("a whole number") {
    case .integer(let number): value = number
    case .real(let number):
      guard number == number.rounded() else { throw error("\(path) must be a whole number, not \(shown)") }
      guard let whole = Int(exactly: number) else { throw error("\(path) is \(shown), which is too large") }
      value = whole
    case .tooLarge, .sexagesimal, .leadingZero, .none: throw error("\(path) must be a whole number")
    }
    guard range.contains(value) else {
      throw error("\(path) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A finite number.
  public func number(
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws(ConfigurationError) -> Double {
    let value: Double
    switch try numeral("a number") {
    case .integer(let number): value = Double(number)
    case .real(let number): value = number
    case .tooLarge, .sexagesimal, .leadingZero, .none: throw error("\(path) must be a number")
    }
    guard range.contains(value) else {
      throw error("\(path) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number for single precision: within the range, and not rounded to zero.
  public func float(in range: ClosedRange<Double>) throws(ConfigurationError) -> Float {
    let value = try number(in: range)
    let float = Float(value)
    guard float.isFinite, value == 0 || float.isNormal else {
      throw error(
        "\(path) is \(value), which single precision can't hold; it holds 0, and from \(Float.leastNormalMagnitude) to \(Float.greatestFiniteMagnitude)"
      )
    }
    return float
  }

  /// Exactly `count` numbers in single precision.
  public func floats(count: Int, in range: ClosedRange<Double>) throws(ConfigurationError) -> [Float] {
    let elements = try list()
    guard elements.count == count else {
      throw error("\(path) has \(elements.count.counted("number")); it must have \(count)")
    }
    var floats: [Float] = []
    for element in elements { floats.append(try element.float(in: range)) }
    return floats
  }

  /// - Returns: `.integer` or `.real`.
  private func numeral(_ what: String) throws(ConfigurationError) -> Numeral {
    guard let scalar = node.scalar else { throw error("\(path) must be \(what), not a list or a mapping") }
    // Quoted numbers are text.
    let numeral = scalar.style == .any || scalar.style == .plain ? Numeral(scalar.string) : .none
    switch numeral {
    case .integer, .real: return numeral
    case .tooLarge: throw error("\(path) is \(shown), which is too large")
    case .sexagesimal:
      throw error(
        "\(path) is \(shown), which YAML may take for a number to the base 60; write it to the base 10")
    case .leadingZero:
      throw error("\(path) is \(shown), which YAML may take for octal; write 0o in front, or leave the 0 out")
    case .none: throw error("\(path) must be \(what), not \(shown)")
    }
  }
}
