import Foundation
import Testing

@testable import Vision

/// What is written as PNG is read as it was.
@Suite struct PNGEncoderTests {
  @Test(arguments: [(1, 1), (3, 2), (17, 300), (640, 480)])
  func rgbIsReadAsWritten(width: Int, height: Int) throws {
    let pixels = (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
    let png = try pixels.withUnsafeBytes { try PNGEncoder.encode($0, .rgb8, width: width, height: height) }
    let read = try ImageDecoder().decode(png, for: nil)
    #expect(read.width == width && read.height == height)
    #expect(read.array == pixels)
  }

  @Test func greyIsReadAsWritten() throws {
    let pixels = (0..<6).map { UInt8($0 * 40) }
    let png = try pixels.withUnsafeBytes { try PNGEncoder.encode($0, .grey8, width: 3, height: 2) }
    #expect(try ImageDecoder().decode(png, for: nil).array == pixels.flatMap { [$0, $0, $0] })
    // The decoder drops the lower bytes.
    let deep = pixels.map { UInt16($0) << 8 | 0x5A }
    let deepPNG = try deep.withUnsafeBytes { try PNGEncoder.encode($0, .grey16, width: 3, height: 2) }
    #expect(try ImageDecoder().decode(deepPNG, for: nil).array == pixels.flatMap { [$0, $0, $0] })
    #expect(deepPNG[24] == 16)
  }

  @Test func imagesWithoutPixelsAreRefused() {
    #expect(throws: ImageError.self) {
      try PNGEncoder.encode(UnsafeRawBufferPointer(start: nil, count: 0), .grey8, width: 0, height: 3)
    }
  }
}
