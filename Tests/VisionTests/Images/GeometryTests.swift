import Foundation
import Kernels
import Testing

@testable import Vision

@Suite struct CropGeometryTests {
  /// Worked by hand from torchvision's rules: long side cut down, offset rounded half to even.
  @Test(arguments: [
    // width, height, short side, crop, resized width, resized height, left, top
    (320, 240, 256, 224, 341, 256, 58, 16),  // 58.5 → 58
    (500, 375, 256, 224, 341, 256, 58, 16),
    (375, 500, 256, 224, 256, 341, 16, 58),
    (640, 427, 232, 227, 347, 232, 60, 2),  // 2.5 → 2
    (17, 300, 256, 224, 256, 4517, 16, 2146),  // 2146.5 → 2146
    (1, 1, 256, 224, 256, 256, 16, 16),
    (300, 256, 256, 224, 300, 256, 38, 16),
  ])
  func followsTorchvision(_ numbers: (Int, Int, Int, Int, Int, Int, Int, Int)) {
    let (width, height, shortSide, crop, resizedWidth, resizedHeight, left, top) = numbers
    let window = CropGeometry(shortSide: shortSide, crop: crop)
      .window(width: width, height: height, orientation: .up)
    #expect(window.columns.outputLength == resizedWidth)
    #expect(window.rows.outputLength == resizedHeight)
    #expect(window.columns.outputs == left..<left + crop)
    #expect(window.rows.outputs == top..<top + crop)
    #expect(!window.transposes)
  }

  /// The offset is rounded in the displayed image; in a mirrored one it counts from the other side.
  @Test func mirroredOffsetCountsFromTheOtherSide() {
    let geometry = CropGeometry(shortSide: 256, crop: 224)
    let window = geometry.window(width: 320, height: 240, orientation: .down)
    #expect(window.columns.outputs == 59..<283)
    #expect(window.columns.reversed && window.rows.reversed)
  }
}

@Suite struct OrientationTests {
  /// EXIF's table: where the displayed top left and top right pixels are stored, in an image of 3 × 2.
  @Test(arguments: [
    (Orientation.up, 0, 2), (.upMirrored, 2, 0), (.down, 5, 3), (.downMirrored, 3, 5), (.leftMirrored, 0, 3),
    (.right, 3, 0), (.rightMirrored, 5, 2), (.left, 2, 5),
  ])
  func followsExif(_ orientation: Orientation, topLeft: Int, topRight: Int) throws {
    let pool = PixelPool()
    let stored = try pool.buffer(
      width: 3, height: 2, region: PixelRegion(imageWidth: 3, imageHeight: 2, orientation: orientation))
    for index in 0..<18 { stored.mutablePixels[index] = UInt8(index / 3) }
    let upright = try stored.upright(pool: pool)
    #expect(upright.width == (orientation.transposes ? 2 : 3))
    #expect(upright.pixel(0, 0)[0] == topLeft)
    #expect(upright.pixel(upright.width - 1, 0)[0] == topRight)
  }

  /// The eight variants are one picture stored in eight ways.
  @Test(arguments: 2...8, ResizeFilter.allCases)
  func turnedCropIsTheSamePicture(exif: Int, filter: ResizeFilter) throws {
    let decoder = ImageDecoder()
    let data = try TestImages.image("variants/exif-\(exif).jpg")
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    #expect(header.orientation.rawValue == exif)
    #expect(header.displayedWidth == 256 && header.displayedHeight == 300)
    let geometry = CropGeometry(shortSide: 161, crop: 128)
    let resizer = ImageResizer(geometry: geometry, filter: filter)
    let turned = try resizer.resize(decoder.decode(data, for: geometry, filter: filter))
    // Turned first, at full size, then resized: the passes swap places, and each rounds.
    let upright = try resizer.resize(decoder.decode(data, for: nil))
    let worst = zip(turned.array, upright.array).map { abs(Int($0) - Int($1)) }.max()
    #expect(worst ?? 255 <= 1)
  }
}
