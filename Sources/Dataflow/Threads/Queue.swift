/// A first-in, first-out queue that allocates nothing once it has grown.
///
/// Used by one thread at a time or under a lock, and never reentered, so exclusivity isn't checked.
///
/// `elements` is a ring of `mask + 1` places, of which `count` from `first` on are initialised.
package final class Queue<Element> {
  @exclusivity(unchecked) private var elements: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) private var mask: Int
  @exclusivity(unchecked) private var first = 0
  @exclusivity(unchecked) package private(set) var count = 0

  /// - Parameter capacity: initial room, rounded up to a power of two.
  package init(capacity: Int = 4) {
    let size = 1 << (Int.bitWidth - (max(capacity, 2) - 1).leadingZeroBitCount)
    elements = .allocate(capacity: size)
    mask = size - 1
  }

  deinit {
    while popFirst() != nil {}
    elements.deallocate()
  }

  /// Counted from the next element to leave.
  package subscript(index: Int) -> Element {
    unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(elements + ((first &+ index) & mask))
    }
    unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return elements + ((first &+ index) & mask)
    }
  }

  package func append(_ element: consuming Element) {
    if count > mask { grow() }
    (elements + ((first &+ count) & mask)).initialize(to: element)
    count &+= 1
  }

  package func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = (elements + first).move()
    first = (first &+ 1) & mask
    count &-= 1
    return element
  }

  func removeAll() {
    while popFirst() != nil {}
  }

  private func grow() {
    let size = (mask + 1) * 2
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: size)
    let untilEnd = min(count, mask + 1 - first)
    larger.moveInitialize(from: elements + first, count: untilEnd)
    (larger + untilEnd).moveInitialize(from: elements, count: count - untilEnd)
    elements.deallocate()
    elements = larger
    mask = size - 1
    first = 0
  }
}
