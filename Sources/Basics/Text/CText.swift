import Foundation

/// A C layer's text in one line, `nil` for none. The C text is freed.
///
/// - Parameter isNoise: lines to leave out, unless all are noise.
package func takeText(
  _ text: UnsafeMutablePointer<CChar>?, without isNoise: (Substring) -> Bool = { _ in false }
) -> String? {
  guard let text else { return nil }
  defer { free(text) }
  let lines = String(cString: text).split(separator: "\n")
  let telling = lines.filter { !isNoise($0) }
  return (telling.isEmpty ? lines : telling).joined(separator: " ")
}
