import Foundation
import Kernels

/// What the numbers of a segmentation network's map mean.
enum SegmentationHead: String, Sendable, CaseIterable {
  /// A number for each class, of which the largest counts; of a single one, the foreground's logit.
  case logits
  /// A probability that a pixel is of the foreground.
  case probabilities
  /// The class itself, an integer.
  case labelMap = "label-map"
}

/// How a network's output becomes a map of classes.
struct SegmentSettings: Sendable {
  let head: SegmentationHead
  let map: MapOutput
  var size = MapSize.image
  /// The probability above which a pixel is of the foreground.
  var threshold: Float = 0.5
  var labels = LabelNames()
}

extension Segmentation {
  /// The map of classes of what a network gave: numbers are resized before they are compared, and classes are those of the
  /// nearest pixel.
  ///
  /// - Throws: `OutputError` for numbers that are not finite, classes above 255, and probabilities outside of 0…1.
  init(_ outputs: NetworkOutputs, _ settings: SegmentSettings) throws {
    let frame = try outputs.knownFrame()
    let (mapHeight, mapWidth) = try settings.map.sides(outputs)
    let content = frame.content(width: mapWidth, height: mapHeight)
    let whole = PixelRectangle(width: mapWidth, height: mapHeight)
    let isWhole = settings.size == .network
    if !isWhole { try frame.checkWhole() }
    let (height, width) = isWhole ? (mapHeight, mapWidth) : (frame.imageHeight, frame.imageWidth)
    try MapShape.checkMemory(height * width)
    let map = try Self.map(outputs, settings, part: isWhole ? whole : content, height: height, width: width)
    self.init(map, width: width, height: height, content: isWhole ? content : nil, settings.labels)
    withExtendedLifetime(outputs) {}
  }

  /// The map of logits `[classes, height, width]` at the photograph's size.
  ///
  /// - Throws: `OutputError`.
  package init(logits outputs: NetworkOutputs) throws {
    let map = MapOutput(output: 0, name: "logits", channels: outputs.shape(0).first, isLast: false)
    try self.init(outputs, SegmentSettings(head: .logits, map: map))
  }

  private static func map(
    _ outputs: NetworkOutputs, _ settings: SegmentSettings, part: PixelRectangle, height: Int, width: Int
  ) throws -> [UInt8] {
    guard settings.head != .labelMap else {
      return try nearest(outputs, settings.map, part: part, height: height, width: width)
    }
    let planes = try settings.map.planes(outputs)
    let kernel = MapKernel.fastest
    if settings.head == .probabilities { try check(planes, settings.map.name) }
    // Of a logit, the threshold's logit is compared.
    let threshold = settings.threshold
    let level = settings.head == .logits ? log(threshold / (1 - threshold)) : threshold
    return [UInt8](unsafeUninitializedCapacity: height * width) { map, count in
      count = height * width
      guard let map = map.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { line in
        guard let line = line.baseAddress else { return }
        planes.forEachRow(of: part, height: height, width: width) { row, rows, weights in
          guard let top = rows[0], let bottom = rows[1] else { return }
          if planes.count > 1 {
            kernel.best(
              top, bottom, weights: weights, stride: width, planes: planes.count, width: width,
              to: map + row * width)
          } else {
            kernel.blend(rows, weights: weights, taps: 2, width: width, to: line)
            kernel.above(level, line, count: width, to: map + row * width)
          }
        }
      }
    }
  }

  private static func check(_ planes: MapPlanes, _ name: String) throws {
    let numbers = UnsafeBufferPointer(start: planes.base, count: planes.height * planes.width)
    var isProbability = true
    for number in numbers where number < -0.001 || number > 1.001 { isProbability = false }
    guard isProbability else {
      throw OutputError(
        "numbers of the network's output '\(name)' are not from 0 to 1; write 'head: logits' if they are logits",
        isOfNumbers: true)
    }
  }

  private static func nearest(
    _ outputs: NetworkOutputs, _ map: MapOutput, part: PixelRectangle, height: Int, width: Int
  ) throws -> [UInt8] {
    let (_, mapWidth) = try map.sides(outputs)
    let classes = try outputs.classBytes(map.output, map.name)
    let columns = (0..<width).map { part.x + Int((Double($0) + 0.5) * Double(part.width) / Double(width)) }
    return [UInt8](unsafeUninitializedCapacity: height * width) { result, count in
      count = height * width
      classes.withUnsafeBufferPointer { classes in
        columns.withUnsafeBufferPointer { columns in
          for row in 0..<height {
            let source = part.y + Int((Double(row) + 0.5) * Double(part.height) / Double(height))
            for column in 0..<width {
              result[row * width + column] = classes[source * mapWidth + columns[column]]
            }
          }
        }
      }
    }
  }
}

extension NetworkOutputs {
  /// An output's whole numbers as bytes.
  ///
  /// - Throws: `OutputError` where one is no whole number from 0 to 255.
  fileprivate func classBytes(_ output: Int, _ name: String) throws -> [UInt8] {
    if [.uint8, .bool].contains(tensors[output].element) { return Array(bytes(output)) }
    return try integers(output, name).map { number in
      guard number < 256 else {
        throw OutputError(
          "a class of the network's output '\(name)' is \(number), and maps have classes up to 255",
          isOfNumbers: true)
      }
      return UInt8(number)
    }
  }
}
