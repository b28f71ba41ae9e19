import Foundation

extension Double {
  /// With a fixed number of digits after the point, right-aligned in `width` characters.
  package func fixed(_ digits: Int, width: Int = 0) -> String { String(format: "%\(width).\(digits)f", self) }
}
