/// A size for people, in binary units as system tools print them, such as `4.0 GiB`.
package func byteText(_ bytes: Int) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  guard bytes >= 1024 else { return bytes.counted("byte") }
  var (value, unit) = (Double(bytes) / 1024, 0)
  while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
  return "\((value * 10).rounded() / 10) \(units[unit])"
}

extension BinaryInteger {
  /// Rounded down to the two digits that a person would write: 1900 for 1987.
  package var downToTwoDigits: Self {
    var unit: Self = 1
    while self / unit >= 100 { unit *= 10 }
    return self / unit * unit
  }
}
