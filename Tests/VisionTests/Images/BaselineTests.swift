import Foundation
import Kernels
import Planning
import TestSupport
import Testing

@testable import Vision

/// What is decoded by our own code, at full size and reduced, against libjpeg-turbo alone.
@Suite struct BaselineTests {
  private let ours = JPEGDecoder(maximumScans: 32)
  private let bare = JPEGDecoder(maximumScans: 32, isBare: true)

  static let images =
    ["small.jpg", "medium.jpg", "large.jpg", "china.jpg"]
    + TestImages.variants.filter { $0.hasSuffix(".jpg") }

  /// Those that libjpeg-turbo decodes.
  private static let unusual = ["variants/progressive.jpg", "variants/cmyk.jpg"]

  @Test(arguments: images, [1, 2, 4, 8])
  func givesTheSamePixels(name: String, denominator: Int) throws {
    let data = try TestImages.image(name)
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let (width, height) = (
      (header.width + denominator - 1) / denominator, (header.height + denominator - 1) / denominator
    )
    var random = SeededGenerator(seed: 5)
    let regions = (0..<(width < 1000 ? 20 : 2)).map { _ in
      (random.range(within: width), random.range(within: height))
    }
    let corners = [1, 3, width / 2 + 1].map { (max(width - $0, 0)..<width, max(height - $0, 0)..<height) }
    for (columns, rows) in [(0..<width, 0..<height)] + corners + regions {
      let request = DecodeRequest(columns: columns, rows: rows, denominator: denominator)
      let pixels = try Self.pixels(ours, data, request).get()
      let isSame = try pixels == Self.pixels(bare, data, request).get()
      #expect(isSame, "\(request)")
      #if arch(x86_64)
        // A single column of chrominance is too few for libjpeg to interpolate.
        let isUnusual = Self.unusual.contains(name) || (name == "variants/odd-1x1.jpg" && denominator == 1)
        #expect(ours.wasOurs == !isUnusual, "\(request)")
      #endif
      #expect(!bare.wasOurs)
      #expect(pixels.count == 3 * columns.count * rows.count)
    }
  }

  /// What was made of one image's codes is not taken for another's.
  @Test func byTurns() throws {
    for name in Self.images + Self.images.reversed() where name != "large.jpg" {
      let data = try TestImages.image(name)
      let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
      for denominator in [1, 2, 4, 8] {
        let request = DecodeRequest(
          columns: 0..<(header.width + denominator - 1) / denominator,
          rows: 0..<max((header.height / 2 + denominator - 1) / denominator, 1),
          denominator: denominator)
        let isSame = try Self.pixels(ours, data, request).get() == Self.pixels(bare, data, request).get()
        #expect(isSame, "\(name) \(denominator)")
      }
    }
  }

  /// A wrong image is wrong in the same way; and what comes after it isn't.
  @Test(
    arguments: [
      "small.jpg", "variants/restart.jpg", "variants/baseline-444.jpg", "variants/baseline-422.jpg",
      "variants/grey.jpg",
    ],
    [1, 2, 4, 8])
  func failsAlike(name: String, denominator: Int) throws {
    let data = try TestImages.image(name)
    var random = SeededGenerator(seed: 3)
    var failures = 0
    for round in 0..<400 {
      var damaged = data
      if round % 4 == 0 {
        damaged.removeLast(random.range(within: data.count - 400).upperBound)
      } else {
        for _ in 0..<(round % 3 + 1) {
          damaged[random.range(within: data.count).lowerBound] = round % 7 == 0 ? 0xFF : UInt8(round % 256)
        }
      }
      guard let header = try? damaged.withUnsafeBytes({ try ImageHeader(parsing: $0) }),
        header.width * header.height < 1 << 20
      else { continue }
      let request = DecodeRequest(
        columns: 0..<(header.width + denominator - 1) / denominator,
        rows: 0..<(header.height + denominator - 1) / denominator, denominator: denominator)
      let theirs = Self.pixels(bare, damaged, request)
      let same = Self.pixels(ours, damaged, request) == theirs
      #expect(same, "round \(round)")
      if case .failure = theirs { failures += 1 }
    }
    #expect(failures > 50)
  }

  /// Those that were asked for: beyond them, libjpeg interpolates at the border of what it decodes.
  private static func pixels(
    _ decoder: JPEGDecoder, _ data: Data, _ request: DecodeRequest
  ) -> Result<[UInt8], ImageError> {
    data.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in
        let header = try ImageHeader(parsing: bytes)
        let buffer = try decoder.decode(bytes, header: header, request, pool: PixelPool())
        let (all, first) = (buffer.array, request.columns.lowerBound - buffer.region.x)
        return (0..<buffer.height).flatMap { row in
          all[row * buffer.rowBytes..<(row + 1) * buffer.rowBytes].dropFirst(3 * first)
            .prefix(3 * request.columns.count)
        }
      }
    }
  }
}
