/// A size in binary units, such as `4.0 GiB`.
package func byteText(_ bytes: Int) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  guard bytes >= 1024 else { return bytes.counted("byte") }
  var (value, unit) = (Double(bytes) / 1024, 0)
  while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
  return "\((value * 10).rounded() / 10) \(units[unit])"
}

extension BinaryInteger {
  /// The number rounded down to two significant digits: 1900 for 1987.
  package var downToTwoDigits: Self {
    var unit: Self = 1
    while self / unit >= 100 { unit *= 10 }
    return self / unit * unit
  }
}
