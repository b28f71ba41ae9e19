import Foundation

extension Double {
  /// With a fixed number of digits after the point, right-aligned in `width` characters.
  func fixed(_ digits: Int, width: Int = 0) -> String { String(format: "%\(width).\(digits)f", self) }
}

extension String {
  /// Left-aligned in `width` characters.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
