/// Searches the JSON of a passing response for a key `error` with a value: a status of 200 with an error
/// inside is no success.
struct ErrorSearch {
  /// Bytes of a response that are searched.
  private static let maximumBytes = 4096
  private static let key = Array("\"error\":".utf8)

  private var seen = 0
  /// The number of the latest bytes that match the key.
  private var matched = 0
  private(set) var isFound = false

  mutating func read(_ bytes: some Sequence<UInt8>) {
    guard !isFound, seen < Self.maximumBytes else { return }
    for byte in bytes {
      seen += 1
      guard seen <= Self.maximumBytes else { return }
      if matched == Self.key.count {
        // After the key: blanks don't count, and `null` is no error.
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
