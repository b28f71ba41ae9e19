import Dataflow
import Foundation
import Planning

extension Double {
  /// With a fixed number of digits after the point, right-aligned in `width` characters.
  func fixed(_ digits: Int, width: Int = 0) -> String { String(format: "%\(width).\(digits)f", self) }
}

extension Energy {
  /// - Parameter item: the name of one item.
  func text(for item: String) -> String {
    "\(String(format: "%.4g", joulesPerItem)) J for \(item) (\(source))"
  }
}

extension String {
  /// Left-aligned in `width` characters.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
