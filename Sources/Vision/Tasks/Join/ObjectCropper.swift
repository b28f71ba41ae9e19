import Basics
import Kernels

/// Cuts objects out of photographs, each to pixels of one size.
///
/// Used by one thread at a time.
final class ObjectCropper {
  private let settings: CropSettings
  private let pool: PixelPool
  private let resizer: ImageResizer

  init(_ settings: CropSettings, pool: PixelPool) {
    (self.settings, self.pool) = (settings, pool)
    resizer = ImageResizer(
      geometry: CropGeometry(height: settings.height, width: settings.width), filter: settings.filter,
      pool: pool)
  }

  /// The object's pixels, upright.
  ///
  /// - Parameter photograph: whole and upright.
  /// - Throws: `ImageError`; `CropError` for an object without the points that it is aligned by.
  func crop(_ object: Detection, of photograph: PixelBuffer) throws -> PixelBuffer {
    let result =
      settings.isAligned
      ? try aligned(object, of: photograph) : try resizer.resize(part(object.box, of: photograph))
    // It is a photograph of its own to what follows.
    result.frame = CropGeometry(height: settings.height, width: settings.width).frame(
      width: settings.width, height: settings.height)
    return result
  }

  /// The pixels of a box with its margin, at least one.
  private func part(_ box: Box, of photograph: PixelBuffer) throws(ImageError) -> PixelBuffer {
    let (marginX, marginY) = ((box.x2 - box.x1) * settings.margin, (box.y2 - box.y1) * settings.margin)
    func side(_ first: Float, _ last: Float, _ length: Int) -> Range<Int> {
      let first = min(max(Int(saturating: Double(first.rounded())), 0), length - 1)
      return first..<min(max(Int(saturating: Double(last.rounded())), first + 1), length)
    }
    let columns = side(box.x1 - marginX, box.x2 + marginX, photograph.width)
    let rows = side(box.y1 - marginY, box.y2 + marginY, photograph.height)
    let part = try pool.buffer(width: columns.count, height: rows.count)
    for (row, source) in rows.enumerated() {
      (part.mutablePixels + row * part.rowBytes).update(
        from: photograph.mutablePixels + source * photograph.rowBytes + 3 * columns.lowerBound,
        count: part.rowBytes)
    }
    return part
  }

  /// The five points of faces that networks of 112 × 112 pixels are trained with: eyes, nose, corners of the mouth (Deng
  /// et al., ArcFace, CVPR 2019).
  private static let template: [(x: Double, y: Double)] = [
    (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041),
  ]
  private static let templateSide = 112.0

  /// Turned and scaled, so that the object's points are where the template has them; black outside of the photograph.
  private func aligned(_ object: Detection, of photograph: PixelBuffer) throws -> PixelBuffer {
    guard let points = object.keypoints, points.count == Self.template.count else { throw CropError.noPoints }
    let (scaleX, scaleY) = (
      Double(settings.width) / Self.templateSide, Double(settings.height) / Self.templateSide
    )
    let way = Similarity(
      from: points.map { (Double($0.x), Double($0.y)) },
      to: Self.template.map { ($0.x * scaleX, $0.y * scaleY) })
    guard let back = way?.inverse else { throw CropError.noPoints }
    let result = try pool.buffer(width: settings.width, height: settings.height)
    let (width, height) = (photograph.width, photograph.height)
    for row in 0..<settings.height {
      for column in 0..<settings.width {
        let (x, y) = (Double(column), Double(row))
        let (sourceX, sourceY) = (back.a * x - back.b * y + back.dx, back.b * x + back.a * y + back.dy)
        let target = result.mutablePixels + row * result.rowBytes + 3 * column
        let (left, top) = (Int(saturating: sourceX.rounded(.down)), Int(saturating: sourceY.rounded(.down)))
        let (partX, partY) = (sourceX - Double(left), sourceY - Double(top))
        for channel in 0..<3 {
          func pixel(_ column: Int, _ row: Int) -> Double {
            guard (0..<width).contains(column), (0..<height).contains(row) else { return 0 }
            return Double(photograph.mutablePixels[row * photograph.rowBytes + 3 * column + channel])
          }
          guard left >= -1, top >= -1, left < width, top < height else {
            target[channel] = 0
            continue
          }
          let upper = pixel(left, top) * (1 - partX) + pixel(left + 1, top) * partX
          let lower = pixel(left, top + 1) * (1 - partX) + pixel(left + 1, top + 1) * partX
          target[channel] = UInt8((upper * (1 - partY) + lower * partY).rounded())
        }
      }
    }
    return withExtendedLifetime(photograph) { result }
  }
}

/// An error: an object can't be cut out.
enum CropError: Error, CustomStringConvertible {
  case noPoints

  var description: String {
    "an object hasn't the five points that 'align: five-points' needs; leave 'align' out, or use a network that gives them"
  }
}
