extension BinaryInteger {
  /// The number with its noun, such as `1 byte` and `2 bytes`.
  ///
  /// - Parameter noun: in the singular; one that ends in `y` behind a consonant ends in `ies`, one in `s` in `ses`.
  public func counted(_ noun: String) -> String {
    if self == 1 { return "1 \(noun)" }
    let endsInY = noun.hasSuffix("y") && !(noun.dropLast().last.map("aeiou".contains) ?? true)
    return "\(self) \(endsInY ? noun.dropLast() + "ies" : noun + (noun.hasSuffix("s") ? "es" : "s"))"
  }
}
