extension FixedWidthInteger {
  /// The whole part of a number, or the nearest there is of this type; 0 for what is no number.
  public init(saturating number: Double) {
    let whole = number.rounded(.towardZero)
    self = Self(exactly: whole) ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
