import Foundation

/// A text of a C layer in one line, which is freed; `nil` for none.
///
/// - Parameter isNoise: lines to leave out, unless there are no others.
package func takeText(
  _ text: UnsafeMutablePointer<CChar>?, without isNoise: (Substring) -> Bool = { _ in false }
) -> String? {
  guard let text else { return nil }
  defer { free(text) }
  let lines = String(cString: text).split(separator: "\n")
  let telling = lines.filter { !isNoise($0) }
  return (telling.isEmpty ? lines : telling).joined(separator: " ")
}
