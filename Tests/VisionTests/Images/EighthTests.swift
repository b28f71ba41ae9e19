import Foundation
import Kernels
import Testing

@testable import Vision

/// What is decoded at an eighth of its size by our own code, against libjpeg-turbo alone.
@Suite struct EighthTests {
  private let ours = JPEGDecoder(maximumScans: 32)
  private let bare = JPEGDecoder(maximumScans: 32, isBare: true)

  static let images =
    ["small.jpg", "medium.jpg", "large.jpg", "china.jpg"]
    + TestImages.variants.filter { $0.hasSuffix(".jpg") }

  @Test(arguments: images)
  func givesTheSamePixels(name: String) throws {
    let data = try TestImages.image(name)
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let (width, height) = ((header.width + 7) / 8, (header.height + 7) / 8)
    let middle = DecodeRequest(
      columns: width / 4..<max(width / 2, 1), rows: height / 4..<max(height / 2, 1), denominator: 8)
    for request in [DecodeRequest(columns: 0..<width, rows: 0..<height, denominator: 8), middle] {
      let pixels = try Self.pixels(ours, data, request).get()
      #expect(try pixels == Self.pixels(bare, data, request).get())
      #expect(Set(pixels).count > 2 || width < 3)
    }
  }

  /// A wrong image is wrong in the same way; and what comes after it isn't.
  @Test(arguments: ["small.jpg", "variants/restart.jpg", "variants/baseline-444.jpg", "variants/grey.jpg"])
  func failsAlike(name: String) throws {
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
        columns: 0..<(header.width + 7) / 8, rows: 0..<(header.height + 7) / 8, denominator: 8)
      let theirs = Self.pixels(bare, damaged, request)
      let same = Self.pixels(ours, damaged, request) == theirs
      #expect(same, "round \(round)")
      if case .failure = theirs { failures += 1 }
    }
    #expect(failures > 50)
  }

  private static func pixels(
    _ decoder: JPEGDecoder, _ data: Data, _ request: DecodeRequest
  ) -> Result<[UInt8], ImageError> {
    data.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in
        let header = try ImageHeader(parsing: bytes)
        return try decoder.decode(bytes, header: header, request, pool: PixelPool()).array
      }
    }
  }
}
