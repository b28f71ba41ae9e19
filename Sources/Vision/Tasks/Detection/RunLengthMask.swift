/// Which pixels of an image belong to an object, as COCO's uncompressed run lengths: columns one after the other, each from top
/// to bottom, the lengths of runs of pixels that don't and that do belong to it, by turns.
public struct RunLengthMask: Sendable, Hashable {
  public let width, height: Int
  public let counts: [Int]

  public init(width: Int, height: Int, counts: [Int]) {
    self.width = width
    self.height = height
    self.counts = counts
  }

  /// COCO's compressed form: each length as its difference from the one before the last, in groups of five bits, as text.
  public var compressed: String {
    var text: [UInt8] = []
    for (index, count) in counts.enumerated() {
      var number = index > 2 ? count - counts[index - 2] : count
      while true {
        var group = number & 0x1F
        number >>= 5
        let isLast = group & 0x10 != 0 ? number == -1 : number == 0
        if !isLast { group |= 0x20 }
        text.append(UInt8(group + 48))
        if isLast { break }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Pixels that belong to it.
  public var area: Int {
    counts.enumerated().reduce(0) { $0 + ($1.offset.isMultiple(of: 2) ? 0 : $1.element) }
  }
}
