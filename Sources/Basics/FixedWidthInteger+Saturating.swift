extension FixedWidthInteger {
  /// A number's whole part, clamped to this type's range; 0 for NaN.
  public init(saturating number: Double) {
    let whole = number.rounded(.towardZero)
    self = Self(exactly: whole) ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
