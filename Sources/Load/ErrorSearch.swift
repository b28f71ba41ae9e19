/// Looks for a key `error` that has a value in the JSON of an answer, as its bytes pass by: a server that answers 200 with an error
/// inside has not answered.
struct ErrorSearch {
  /// Looked at of each answer.
  private static let maximumBytes = 4096
  private static let key = Array("\"error\":".utf8)

  private var seen = 0
  /// Bytes of the key that the latest ones are.
  private var matched = 0
  private(set) var isFound = false

  mutating func read(_ bytes: some Sequence<UInt8>) {
    guard !isFound, seen < Self.maximumBytes else { return }
    for byte in bytes {
      seen += 1
      guard seen <= Self.maximumBytes else { return }
      if matched == Self.key.count {
        // What follows: blanks don't count, and `null` is no error.
        if byte == UInt8(ascii: " ") { continue }
        isFound = byte != UInt8(ascii: "n")
        matched = 0
        if isFound { return }
      }
      if byte == Self.key[matched] {
        matched += 1
      } else {
        matched = byte == Self.key[0] ? 1 : 0
      }
    }
  }
}
