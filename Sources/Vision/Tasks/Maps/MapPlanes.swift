import Kernels

/// Planes of a network's output, one for each class or a single one, as they lie in memory; valid while the output lives.
struct MapPlanes {
  let base: UnsafePointer<Float>
  let count, height, width: Int
  /// Floats from one plane, row or number to the next.
  let planeStride, rowStride, step: Int

  /// - Parameter isLast: whether a place's numbers lie together, as of NHWC.
  init(_ base: UnsafePointer<Float>, count: Int, height: Int, width: Int, isLast: Bool = false) {
    (self.base, self.count, self.height, self.width) = (base, count, height, width)
    (planeStride, rowStride, step) = isLast ? (1, width * count, count) : (height * width, width, 1)
  }

  var areFinite: Bool { MapKernel.fastest.areFinite(base, count: count * height * width) }

  /// The part of the planes that shows the photograph.
  func content(_ frame: InputFrame) -> PixelRectangle { frame.content(width: width, height: height) }

  /// Passes each row of a resized part to a closure: the rows of the source, stretched, between which it lies, with their
  /// weights; the planes of each are `width` floats apart. Rows are stretched once.
  ///
  /// - Complexity: planes × width floats for each tap of memory.
  func forEachRow(
    of content: PixelRectangle, height: Int, width: Int, _ filter: MapTaps.Filter = .bilinear,
    _ body: (_ row: Int, _ rows: [UnsafePointer<Float>?], _ weights: [Float]) -> Void
  ) {
    let kernel = MapKernel.fastest
    let columns = MapTaps(content.x..<content.x + content.width, to: width, filter)
    let rows = MapTaps(content.y..<content.y + content.height, to: height, filter)
    let places = columns.places.map { $0 * Int32(truncatingIfNeeded: step) }
    let taps = filter.taps
    withUnsafeTemporaryAllocation(of: Float.self, capacity: taps * count * width) { memory in
      guard let memory = memory.baseAddress else { return }
      // Rows that are needed together are neighbours, so that each has a place of its own.
      var held = [Int](repeating: -1, count: taps)
      for row in 0..<height {
        let needed = (0..<taps).map { Int(rows.places[$0 * height + row]) }
        for source in needed where held[source % taps] != source {
          held[source % taps] = source
          for plane in 0..<count {
            kernel.gather(
              base + plane * planeStride + source * rowStride, places: places, weights: columns.weights,
              taps: taps, width: width, to: memory + (source % taps * count + plane) * width)
          }
        }
        body(
          row, needed.map { UnsafePointer(memory + $0 % taps * count * width) },
          (0..<taps).map { rows.weights[$0 * height + row] })
      }
    }
  }
}

extension InputFrame {
  /// The part of a map of the input that shows the photograph.
  func content(width mapWidth: Int, height mapHeight: Int) -> PixelRectangle {
    func side(_ offset: Int, _ length: Int, _ whole: Int, _ map: Int) -> (offset: Int, length: Int) {
      let scale = Double(map) / Double(whole)
      let resized = min(max(Int((Double(length) * scale).rounded(.toNearestOrEven)), 1), map)
      let first = Int((Double(offset) * scale).rounded(.toNearestOrEven))
      return (min(max(first, 0), map - resized), resized)
    }
    let columns = side(content.x, content.width, width, mapWidth)
    let rows = side(content.y, content.height, height, mapHeight)
    return PixelRectangle(x: columns.offset, y: rows.offset, width: columns.length, height: rows.length)
  }

  /// Whether parts of the photograph are outside of the input.
  var isCropped: Bool {
    let (right, bottom) = (Double(imageWidth) * scaleX + offsetX, Double(imageHeight) * scaleY + offsetY)
    return offsetX < -0.5 || offsetY < -0.5 || right > Double(width) + 0.5 || bottom > Double(height) + 0.5
  }

  /// Refuses to make a map of the photograph of which the network saw a part.
  ///
  /// - Throws: `OutputError`.
  func checkWhole() throws {
    guard !isCropped else {
      throw OutputError(
        "the pipeline's resize crops the photograph, so that the network's map shows a part of it; resize to 'size: [height, width]', or write 'output_size: network'"
      )
    }
  }
}
