import Foundation
import Kernels
import TestSupport
import Testing

@testable import Vision

/// Decoding a part gives exactly the pixels that decoding the whole gives there.
@Suite struct RegionTests {
  @Test(arguments: TestImages.variants)
  func partEqualsWhole(name: String) throws {
    let data = try TestImages.image(name)
    let decoder = ImageDecoder()
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    var random = SeededGenerator(seed: 7)
    for denominator in header.format == .jpeg ? [1, 2, 4, 8] : [1] {
      let width = (header.width + denominator - 1) / denominator
      let height = (header.height + denominator - 1) / denominator
      let all = DecodeRequest(columns: 0..<width, rows: 0..<height, denominator: denominator)
      let whole = try decoder.decode(data, header, all)
      try #require(whole.width == width && whole.height == height)
      for _ in 0..<20 {
        let request = DecodeRequest(
          columns: random.range(within: width), rows: random.range(within: height), denominator: denominator)
        let part = try decoder.decode(data, header, request)
        #expect(Self.differences(part, whole, request) == 0, "1/\(denominator) \(request)")
      }
    }
  }

  /// Rows of the request that differ, or are missing, in the part.
  static func differences(_ part: PixelBuffer, _ whole: PixelBuffer, _ request: DecodeRequest) -> Int {
    let region = part.region
    guard region.x <= request.columns.lowerBound, region.x + part.width >= request.columns.upperBound,
      region.y <= request.rows.lowerBound, region.y + part.height >= request.rows.upperBound
    else { return .max }
    return request.rows.count { y in
      let mine = part.mutablePixels + (y - region.y) * part.rowBytes
      let theirs = whole.mutablePixels + y * whole.rowBytes
      let first = request.columns.lowerBound
      return memcmp(mine + 3 * (first - region.x), theirs + 3 * first, 3 * request.columns.count) != 0
    }
  }

  /// A crop made from its region alone is the crop made from the whole image.
  @Test(arguments: TestImages.variants, ResizeFilter.allCases)
  func cropFromPartEqualsCropFromWhole(name: String, filter: ResizeFilter) throws {
    let data = try TestImages.image(name)
    let decoder = ImageDecoder()
    for (shortSide, crop) in [(256, 224), (100, 64), (40, 40), (33, 1)] {
      let geometry = CropGeometry(shortSide: shortSide, crop: crop)
      let resizer = ImageResizer(geometry: geometry, filter: filter)
      let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
      let whole = try decoder.decode(data, header, .whole(header))
      let part = try decoder.decode(data, for: geometry, filter: filter)
      #expect(try resizer.resize(part).array == resizer.resize(whole).array, "\(geometry)")
    }
  }

  @Test func cropDecodesLessThanTheWhole() throws {
    let part = try ImageDecoder().decode(
      TestImages.image("medium.jpg"), for: CropGeometry(shortSide: 256, crop: 128))
    #expect(part.width < 260 && part.height < 200)
  }

  @Test func anotherGeometryIsRefused() throws {
    let part = try ImageDecoder().decode(
      TestImages.image("medium.jpg"), for: CropGeometry(shortSide: 256, crop: 64))
    #expect(throws: ImageError.wrongRegion) {
      try ImageResizer(geometry: CropGeometry(shortSide: 256, crop: 224)).resize(part)
    }
  }
}

extension ImageDecoder {
  func decode(_ data: Data, _ header: ImageHeader, _ request: DecodeRequest) throws -> PixelBuffer {
    try data.withUnsafeBytes { try decode($0, header: header, request) }
  }
}
