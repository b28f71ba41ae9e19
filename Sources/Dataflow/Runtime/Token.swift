/// A value on an edge, and the item that it belongs to.
///
/// While a token exists its item is retained once; `Item.release` gives it up.
struct Token: Sendable {
  let item: Item
  /// When it was put on the edge.
  let ready: Nanoseconds
  let value: any Sendable
}

/// Takes the place of a value that a failed item never got, so that rates hold and orders stay aligned.
struct Absent: Sendable {}

/// A first-in, first-out queue inside one worker. Grows while warming up, then allocates nothing.
struct TokenQueue {
  private var slots: [Token?] = Array(repeating: nil, count: 4)
  private var first = 0
  private(set) var count = 0

  mutating func append(_ token: Token) {
    if count == slots.count { grow() }
    slots[(first + count) & (slots.count - 1)] = token
    count += 1
  }

  mutating func popFirst() -> Token? {
    guard count > 0 else { return nil }
    let token = slots[first].take()
    first = (first + 1) & (slots.count - 1)
    count -= 1
    return token
  }

  private mutating func grow() {
    let rotated = Array(slots[first...] + slots[..<first])
    slots = rotated + Array(repeating: nil, count: slots.count)
    first = 0
  }
}
