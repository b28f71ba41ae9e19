/// Which class each pixel of an image is of.
public struct Segmentation: Sendable {
  /// A class that some pixels are of.
  public struct Class: Sendable, Hashable {
    public let label: String
    /// The class's position among the network's, 0…255.
    public let index: Int
    /// The part of the pixels that are of it, 0…1.
    public let share: Double
  }

  /// Of the map, pixels.
  public let width, height: Int
  /// Each pixel's class, rows from top to bottom: height × width.
  public let map: [UInt8]
  /// Those that are present, the largest share first.
  public let classes: [Class]

  /// - Parameter content: the part of the map that shows the photograph, whose pixels count.
  init(_ map: [UInt8], width: Int, height: Int, content: PixelRectangle? = nil, _ labels: LabelNames) {
    (self.map, self.width, self.height) = (map, width, height)
    let content = content ?? PixelRectangle(width: width, height: height)
    let counts = Self.counts(map, width: width, in: content)
    let total = Double(content.width * content.height)
    classes = counts.indices.filter { counts[$0] > 0 }
      .sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
      .map { Class(label: labels[$0], index: $0, share: Double(counts[$0]) / total) }
  }

  /// The pixels of each class in a part of a map.
  private static func counts(_ map: [UInt8], width: Int, in part: PixelRectangle) -> [Int] {
    // Neighbours are of one class, mostly: an addition to the same number would wait for the one before.
    let lanes = 4
    var counts = [Int](repeating: 0, count: lanes * 256)
    map.withUnsafeBufferPointer { map in
      counts.withUnsafeMutableBufferPointer { counts in
        for row in part.y..<part.y + part.height {
          let end = row * width + part.x + part.width
          for place in row * width + part.x..<end { counts[place % lanes * 256 + Int(map[place])] += 1 }
        }
      }
    }
    return (0..<256).map { index in (0..<lanes).reduce(0) { $0 + counts[$1 * 256 + index] } }
  }
}
