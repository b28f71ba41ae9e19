import Basics
import Dataflow
import Foundation
import Kernels

/// How far away each pixel of an image is.
public struct Depth: Sendable {
  /// What a map's numbers are.
  public enum Kind: String, Sendable, CaseIterable {
    /// Larger is nearer, of unknown scale and offset.
    case relative
    /// Metres.
    case metric
  }

  public let kind: Kind
  /// Of the map, pixels.
  public let width, height: Int
  /// Finite numbers, rows from top to bottom: height × width.
  public let map: [Float]
  /// Of the map's numbers.
  public let minimum, maximum, median: Float

  /// - Precondition: the map has a pixel.
  public init(_ map: [Float], width: Int, height: Int, kind: Kind) {
    (self.map, self.width, self.height, self.kind) = (map, width, height, kind)
    (minimum, maximum) = map.withUnsafeBufferPointer { numbers in
      var (least, most) = (Float.infinity, -Float.infinity)
      for number in numbers {
        least = min(least, number)
        most = max(most, number)
      }
      return (least, most)
    }
    median = map.withUnsafeBufferPointer { FloatSelection.median(of: $0) }
  }

  /// What one level of `png` stands for: a pixel of value p has the depth `minimum + p · scale`.
  public var scale: Float { Float((Double(maximum) - Double(minimum)) / 65535) }

  /// The map as a PNG of 16-bit grey, `round((depth − minimum) / scale)`, 0 for a flat map; `nil` without memory for it.
  public var png: Data? {
    let levels = maximum > minimum ? 65535 / (Double(maximum) - Double(minimum)) : 0
    let (first, last) = (Double(minimum), 65535.0)
    let pixels = [UInt16](unsafeUninitializedCapacity: map.count) { pixels, count in
      count = map.count
      map.withUnsafeBufferPointer { map in
        for place in 0..<count {
          pixels[place] = UInt16(min((Double(map[place]) - first) * levels + 0.5, last))
        }
      }
    }
    return pixels.withUnsafeBytes {
      try? PNGEncoder.encode($0, .grey16, width: width, height: height, level: 1)
    }
  }
}

/// How a network's output becomes a map of depth.
struct DepthSettings: Sendable {
  let map: MapOutput
  var kind = Depth.Kind.relative
  var size = MapSize.image
  var filter = MapTaps.Filter.bilinear
}

extension Depth {
  /// The map of what a network gave.
  ///
  /// - Throws: `OutputError` for numbers that are not finite.
  init(_ outputs: NetworkOutputs, _ settings: DepthSettings) throws {
    let frame = try outputs.knownFrame()
    let planes = try settings.map.planes(outputs)
    let isWhole = settings.size == .network
    if !isWhole { try frame.checkWhole() }
    let (height, width) = isWhole ? (planes.height, planes.width) : (frame.imageHeight, frame.imageWidth)
    let part =
      isWhole ? PixelRectangle(width: planes.width, height: planes.height) : planes.content(frame)
    try MapShape.checkMemory(4 * height * width)
    let map = [Float](unsafeUninitializedCapacity: height * width) { map, count in
      count = height * width
      guard let map = map.baseAddress else { return }
      planes.forEachRow(of: part, height: height, width: width, settings.filter) { row, rows, weights in
        MapKernel.fastest.blend(rows, weights: weights, taps: rows.count, width: width, to: map + row * width)
      }
    }
    withExtendedLifetime(outputs) {}
    // Cubic sums of the largest numbers overflow.
    guard MapKernel.fastest.areFinite(map, count: map.count) else {
      throw OutputError.notFinite(settings.map.name)
    }
    self.init(map, width: width, height: height, kind: settings.kind)
  }
}
