import Dataflow
import Foundation
import Planning

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
