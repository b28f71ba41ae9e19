import Kernels

/// Masks of objects as sums of prototypes, weighted by each object's coefficients: an output
/// `[prototypes, height / 4, width / 4]`, as Ultralytics' `process_mask_native` reads it.
struct PrototypeOutput: Sendable {
  let count: Int
  private let output: Int
  private let name: String

  init?(_ network: HeadNetwork) {
    guard network.outputs.count == 2, let output = network.output(rank: 3),
      network.outputs[output].element?.isFloating ?? false,
      let count = network.extents(output, rank: 3)?[0], count > 0
    else { return nil }
    (self.output, self.count) = (output, count)
    name = network.outputs[output].name
  }

  /// The mask of an object in the photograph, empty outside of its box there.
  ///
  /// - Parameter box: in pixels of the photograph.
  /// - Throws: `OutputError` for numbers that are not finite.
  /// - Complexity: O(prototypes × part of the prototypes in the box + columns of the box × rows of that part).
  func mask(_ outputs: NetworkOutputs, _ coefficients: [Float], in box: Box) throws -> RunLengthMask {
    let frame = try outputs.knownFrame()
    let shape = Array(outputs.shape(output).suffix(3))
    guard shape.count == 3, shape[0] == count, shape[1] > 0, shape[2] > 0 else {
      throw OutputError.wrongShape(name, outputs.shape(output), expected: "\(count) prototypes")
    }
    guard coefficients.allSatisfy(\.isFinite) else { throw OutputError.notFinite(name) }
    let (columns, rows) = (
      pixels(box.x1, box.x2, frame.imageWidth), pixels(box.y1, box.y2, frame.imageHeight)
    )
    var runs = RunLengths(width: frame.imageWidth, height: frame.imageHeight)
    guard !columns.isEmpty, !rows.isEmpty else { return runs.mask }

    let factor = Self.factor(frame, mapWidth: shape[2])
    let (width, height) = (shape[2] * factor, shape[1] * factor)
    let content = frame.content(width: width, height: height)
    let across = Self.taps(
      content.x..<content.x + content.width, of: columns, imageLength: frame.imageWidth,
      isCropped: frame.isCropped, scale: frame.scaleX * Double(width) / Double(frame.width),
      offset: frame.offsetX * Double(width) / Double(frame.width))
    let down = Self.taps(
      content.y..<content.y + content.height, of: rows, imageLength: frame.imageHeight,
      isCropped: frame.isCropped, scale: frame.scaleY * Double(height) / Double(frame.height),
      offset: frame.offsetY * Double(height) / Double(frame.height))
    let part = try logits(
      outputs.floats(output, name), coefficients, height: shape[1], width: shape[2], factor: factor,
      rows: down.range, columns: across.range)
    let stretched = part.stretched(across, as: columns)
    MaskColumns(stretched, down, firstRow: down.range.lowerBound).append(
      to: &runs, columns: columns, rows: rows)
    return runs.mask
  }

  /// Pixels whose left or upper edges lie within an interval.
  private func pixels(_ first: Float, _ last: Float, _ limit: Int) -> Range<Int> {
    let start = min(max(Int(first.rounded(.up)), 0), limit)
    return start..<max(min(Int(last.rounded(.up)), limit), start)
  }

  /// How far prototypes are enlarged for a letterbox's margins to end between two numbers.
  private static func factor(_ frame: InputFrame, mapWidth: Int) -> Int {
    guard frame.width.isMultiple(of: mapWidth), !frame.isCropped else { return 1 }
    let cell = frame.width / mapWidth
    let spare = (frame.width - frame.content.width) | (frame.height - frame.content.height)
    var (divisor, rest) = (cell, spare | spare / 2)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    // Larger cells than of any exporter's would make large maps.
    return min(cell / divisor, 8)
  }

  private static func taps(
    _ content: Range<Int>, of part: Range<Int>, imageLength: Int, isCropped: Bool, scale: Double,
    offset: Double
  ) -> MapTaps {
    isCropped
      ? MapTaps(content, scale: Float(scale), offset: Float(offset), part: part, .bilinear)
      : MapTaps(content, to: imageLength, part: part)
  }

  /// A part of the sum of the prototypes, enlarged.
  private func logits(
    _ prototypes: UnsafeMutableBufferPointer<Float>, _ coefficients: [Float], height: Int, width: Int,
    factor: Int,
    rows: Range<Int>, columns: Range<Int>
  ) throws -> MapPart {
    let across = MapTaps(0..<width, to: width * factor, part: columns)
    let down = MapTaps(0..<height, to: height * factor, part: rows)
    let (sourceRows, sourceColumns) = factor == 1 ? (rows, columns) : (down.range, across.range)
    var sum = MapPart(rows: sourceRows, columns: sourceColumns)
    guard let base = prototypes.baseAddress else { return sum }
    let kernel = MapKernel.fastest
    sum.numbers.withUnsafeMutableBufferPointer { sum in
      guard let sum = sum.baseAddress else { return }
      for (index, row) in sourceRows.enumerated() {
        let places = (0..<count).map { prototype -> UnsafePointer<Float>? in
          UnsafePointer(base + (prototype * height + row) * width + sourceColumns.lowerBound)
        }
        kernel.blend(
          places, weights: coefficients, taps: count, width: sourceColumns.count,
          to: sum + index * sourceColumns.count)
      }
    }
    guard kernel.areFinite(sum.numbers, count: sum.numbers.count) else { throw OutputError.notFinite(name) }
    return factor == 1 ? sum : sum.stretched(across, as: columns).stretched(down: down, as: rows)
  }
}

/// A rectangle of a map's numbers.
private struct MapPart {
  let rows, columns: Range<Int>
  var numbers: [Float]

  init(rows: Range<Int>, columns: Range<Int>) {
    (self.rows, self.columns) = (rows, columns)
    numbers = Array(repeating: 0, count: rows.count * columns.count)
  }

  /// The same rows with other columns, which have numbers of their own.
  func stretched(_ taps: MapTaps, as numbers: Range<Int>) -> MapPart {
    var result = MapPart(rows: rows, columns: numbers)
    let places = taps.places.map { $0 - Int32(columns.lowerBound) }
    self.numbers.withUnsafeBufferPointer { source in
      result.numbers.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for row in 0..<rows.count {
          MapKernel.fastest.gather(
            source + row * columns.count, places: places, weights: taps.weights, taps: taps.filter.taps,
            width: taps.count, to: target + row * taps.count)
        }
      }
    }
    return result
  }

  /// The same columns with other rows, which have numbers of their own.
  func stretched(down taps: MapTaps, as numbers: Range<Int>) -> MapPart {
    var result = MapPart(rows: numbers, columns: columns)
    let width = columns.count
    self.numbers.withUnsafeBufferPointer { source in
      result.numbers.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for row in 0..<taps.count {
          let places = (0..<taps.filter.taps).map { tap -> UnsafePointer<Float>? in
            source + (Int(taps.places[tap * taps.count + row]) - rows.lowerBound) * width
          }
          let weights = (0..<taps.filter.taps).map { taps.weights[$0 * taps.count + row] }
          MapKernel.fastest.blend(
            places, weights: weights, taps: taps.filter.taps, width: width, to: target + row * width)
        }
      }
    }
    return result
  }
}

/// The pixels of a mask's columns that are above 0, of a map whose columns are the photograph's already.
private struct MaskColumns {
  private let map: MapPart
  /// Pixels between the same two rows of the map.
  private let segments: [(low: Int, high: Int, pixels: Range<Int>)]
  private let shares: [Float]

  /// - Parameter firstRow: the number of the map's first row, as the taps count.
  init(_ map: MapPart, _ taps: MapTaps, firstRow: Int) {
    self.map = map
    shares = Array(taps.weights.suffix(taps.count))
    var segments: [(low: Int, high: Int, pixels: Range<Int>)] = []
    for pixel in 0..<taps.count {
      let (low, high) = (
        Int(taps.places[pixel]) - firstRow, Int(taps.places[taps.count + pixel]) - firstRow
      )
      if let last = segments.last, last.low == low {
        segments[segments.count - 1].pixels = last.pixels.lowerBound..<pixel + 1
      } else {
        segments.append((low, high, pixel..<pixel + 1))
      }
    }
    self.segments = segments
  }

  /// - Parameters: the photograph's pixels that the map shows.
  func append(to runs: inout RunLengths, columns: Range<Int>, rows: Range<Int>) {
    let width = map.columns.count
    map.numbers.withUnsafeBufferPointer { numbers in
      for column in columns {
        let base = column - columns.lowerBound
        let start = column * runs.height + rows.lowerBound
        for segment in segments {
          let (top, bottom) = (numbers[segment.low * width + base], numbers[segment.high * width + base])
          let inside = inside(top, bottom, segment.pixels)
          if !inside.isEmpty { runs.append(start + inside.lowerBound..<start + inside.upperBound) }
        }
      }
    }
  }

  /// The pixels of a segment that are above 0: between two numbers they rise or fall.
  private func inside(_ top: Float, _ bottom: Float, _ pixels: Range<Int>) -> Range<Int> {
    if top > 0, bottom > 0 { return pixels }
    guard top > 0 || bottom > 0 else { return pixels.lowerBound..<pixels.lowerBound }
    let rises = bottom > 0
    var (low, high) = (pixels.lowerBound, pixels.upperBound)
    while low < high {
      let middle = (low + high) / 2
      let isAbove = top * (1 - shares[middle]) + bottom * shares[middle] > 0
      if isAbove == rises { high = middle } else { low = middle + 1 }
    }
    return rises ? low..<pixels.upperBound : pixels.lowerBound..<low
  }
}

/// Builds a mask of runs that come in the order of columns.
private struct RunLengths {
  let width, height: Int
  private var counts: [Int] = []
  /// Pixels that are counted.
  private var end = 0

  init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  /// Adds pixels that belong to the object, by their places in the columns one after the other.
  mutating func append(_ pixels: Range<Int>) {
    if pixels.lowerBound == end, !counts.isEmpty {
      counts[counts.count - 1] += pixels.count
    } else {
      counts.append(pixels.lowerBound - end)
      counts.append(pixels.count)
    }
    end = pixels.upperBound
  }

  var mask: RunLengthMask {
    let rest = width * height - end
    return RunLengthMask(
      width: width, height: height, counts: rest > 0 || counts.isEmpty ? counts + [rest] : counts)
  }
}
