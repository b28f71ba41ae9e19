import Foundation
import Kernels
import Planning
import Testing

@testable import Vision

/// Each kind of bad input has an error of its own, and none of them costs memory.
@Suite struct MalformedImageTests {
  private let geometry = CropGeometry(shortSide: 64, crop: 56)

  private func header(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws -> ImageHeader {
    try bytes.withUnsafeBytes { try ImageHeader(parsing: $0, limits: limits) }
  }

  @Test func empty() {
    #expect(throws: ImageError.empty) { try header([]) }
  }

  @Test func text() {
    #expect(throws: ImageError.unknownFormat(firstBytes: Array("Hello, w".utf8))) {
      try header(Array("Hello, world".utf8))
    }
    let error = ImageError.unknownFormat(firstBytes: [0x48, 0x0A])
    #expect(error.description == "not a JPEG, PNG or WebP: it begins with the bytes 48 0A")
  }

  @Test func tooManyBytes() throws {
    let data = try TestImages.image("small.jpg")
    #expect(throws: ImageError.tooManyBytes(count: data.count, limit: 1000)) {
      try header(Array(data), limits: ImageLimits(maximumBytes: 1000))
    }
  }

  /// 60,000 × 60,000 pixels of one colour are about a kilobyte of a real file; the header suffices here.
  @Test func hugePNG() {
    let bytes = PNGBytes(width: 60_000, height: 60_000).bytes(dataCount: 1000)
    #expect(throws: ImageError.tooManyPixels(width: 60_000, height: 60_000, limit: 64 << 20)) {
      try header(bytes)
    }
  }

  @Test func pngThatPromisesMoreThanItHolds() {
    let bytes = PNGBytes(width: 8_000, height: 8_000).bytes(dataCount: 1000)
    #expect(throws: ImageError.self) { try header(bytes) }
    #expect(kind { try header(bytes) } == "truncated")
  }

  @Test func pngSizeThatOverflows() {
    let bytes = PNGBytes(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF).bytes(dataCount: 10)
    #expect(kind { try header(bytes) } == "tooManyPixels")
    #expect(kind { try header(PNGBytes(width: 0, height: 5).bytes(dataCount: 10)) } == "corrupt")
    #expect(kind { try header(PNGBytes(width: 0xFFFF_FFFF, height: 5).bytes(dataCount: 10)) } == "corrupt")
  }

  /// The frame header of a small photograph is made to say 8,000 × 8,000.
  @Test func jpegHeaderThatLies() throws {
    var bytes = try Array(TestImages.image("variants/baseline-420.jpg"))
    let frame = try #require(Self.find([0xFF, 0xC0], in: bytes))
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x1F, 0x40, 0x1F, 0x40])
    #expect(kind { try header(bytes) } == "truncated")
    // Twice as high only: it has to be decoded to be found out.
    bytes = try Array(TestImages.image("variants/baseline-420.jpg"))
    let height = Int(bytes[frame + 5]) << 8 | Int(bytes[frame + 6])
    bytes.replaceSubrange(frame + 5..<frame + 7, with: [UInt8((height * 2) >> 8), UInt8((height * 2) & 255)])
    #expect(kind { try decode(bytes) } == "truncated")
  }

  /// However little of the data is missing, and also in rows that the crop does not need.
  @Test(arguments: [
    "small.jpg", "variants/progressive.jpg", "variants/restart.jpg", "variants/rgb.png",
    "variants/rgb-interlaced.png", "variants/lossy.webp", "variants/lossless-alpha.webp",
  ])
  func truncated(name: String) throws {
    let bytes = try Array(TestImages.image(name))
    _ = try decode(bytes)
    for count in [12, 30, 100, bytes.count / 4, bytes.count / 2, bytes.count * 97 / 100, bytes.count - 20] {
      #expect(kind { try decode(Array(bytes.prefix(count))) } == "truncated", "\(count) of \(bytes.count)")
    }
  }

  /// Bytes after the end belong to nobody and do no harm.
  @Test func trailingBytesAreIgnored() throws {
    for name in [
      "variants/baseline-420.jpg", "variants/progressive.jpg", "variants/rgb.png", "variants/lossy.webp",
    ] {
      let bytes = try Array(TestImages.image(name))
      let plain = try decode(bytes).array
      #expect(try decode(bytes + [1, 2, 3]).array == plain)
    }
  }

  @Test func damagedData() throws {
    var bytes = try Array(TestImages.image("variants/rgb.png"))
    bytes[bytes.count / 2] ^= 0x10
    #expect(kind { try decode(bytes) } == "corrupt")
  }

  @Test func tooManyScans() throws {
    let bytes = try Array(TestImages.image("variants/progressive.jpg"))
    #expect(kind { try decode(bytes, limits: ImageLimits(maximumScans: 3)) } == "corrupt")
    _ = try decode(bytes, limits: ImageLimits(maximumScans: 20))
  }

  /// Each format looks at the time while it decodes; in no time nothing can be decoded, whatever is left of it in the decoder.
  @Test(arguments: [
    "small.jpg", "variants/progressive.jpg", "variants/cmyk.jpg", "variants/rgb.png",
    "variants/rgb-interlaced.png",
    "variants/lossy.webp", "variants/lossless.webp",
  ])
  func tooSlow(name: String) throws {
    let bytes = try Array(TestImages.image(name))
    let error = ImageError.tooSlow(limitSeconds: 0)
    #expect(throws: error) { try decode(bytes, limits: ImageLimits(maximumDecodeSeconds: 0)) }
    #expect(error.description.contains("more than 0.0 s to decode"))
    _ = try decode(bytes, limits: ImageLimits(maximumDecodeSeconds: 1e300))
  }

  /// A header takes no longer than some milliseconds: what has too many parts is refused, however large it is.
  @Test func tooManyParts() throws {
    let count = ImageHeader.maximumParts
    let jpeg = try Array(TestImages.image("variants/baseline-420.jpg"))
    let png = try Array(TestImages.image("variants/rgb.png"))
    let webp = Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    let parts: [(head: [UInt8], part: [UInt8], rest: [UInt8])] = [
      (Array(jpeg[..<2]), [0xFF, 0xFE, 0, 2], Array(jpeg[2...])),
      (Array(jpeg[..<2]), [0xFF, 0x01], Array(jpeg[2...])),
      (Array(png[..<33]), [0, 0, 0, 0, 0x61, 0x61, 0x41, 0x61, 0, 0, 0, 0], Array(png[33...])),
    ]
    for (head, part, rest) in parts {
      _ = try decode(head + (0..<1000).flatMap { _ in part } + rest)
      let parts = [UInt8](repeating: 0, count: part.count * count).indices.map { part[$0 % part.count] }
      #expect(kind { try header(head + parts + rest) } == "unsupported")
    }
    let chunks = (0..<count).flatMap { _ in Array("abcd".utf8) + [0, 0, 0, 0] as [UInt8] }
    let size = ImageSurgery.little(webp.count + chunks.count, 4)
    #expect(kind { try header(Array("RIFF".utf8) + size + webp + chunks) } == "unsupported")
    // Bytes that belong to no segment.
    let first = 2 + 18  // JFIF's
    for gap in [0x00, 0xFF] as [UInt8] {
      _ = try decode(jpeg[..<first] + [UInt8](repeating: gap, count: 5000) + jpeg[first...])
      #expect(
        kind { try header(jpeg[..<first] + [UInt8](repeating: gap, count: 2 << 20) + jpeg[first...]) }
          == "unsupported")
    }
  }

  @Test func unsupportedKinds() throws {
    var bytes = try Array(TestImages.image("variants/baseline-420.jpg"))
    let frame = try #require(Self.find([0xFF, 0xC0], in: bytes))
    bytes[frame + 1] = 0xC9
    #expect(kind { try header(bytes) } == "unsupported")
    bytes[frame + 1] = 0xC0
    bytes[frame + 4] = 12
    #expect(kind { try header(bytes) } == "unsupported")
  }

  /// After any failure the decoder is as good as new.
  @Test func decoderSurvivesFailures() throws {
    let decoder = ImageDecoder()
    let good = try TestImages.image("small.jpg")
    let expected = try decoder.decode(good, for: geometry).array
    for count in stride(from: 200, to: good.count, by: 5003) {
      #expect(throws: ImageError.self) { try decoder.decode(good.prefix(count), for: geometry) }
      #expect(try decoder.decode(good, for: geometry).array == expected)
    }
  }

  private func decode(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws -> PixelBuffer {
    try ImageDecoder(limits: limits).decode(Data(bytes), for: geometry)
  }

  /// The name of the error's case.
  private func kind<Result>(_ body: () throws -> Result) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return String("\(Mirror(reflecting: error).children.first?.label ?? "?")")
    }
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    (0..<bytes.count - pattern.count).first { Array(bytes[$0..<$0 + pattern.count]) == pattern }
  }
}

/// The structure of a PNG file, with data of zeros and checksums of zero.
struct PNGBytes {
  var width: UInt32
  var height: UInt32

  func bytes(dataCount: Int) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", big(width) + big(height) + [8, 2, 0, 0, 0])
      + chunk("IDAT", [UInt8](repeating: 0, count: dataCount)) + chunk("IEND", [])
  }

  private func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
    big(UInt32(payload.count)) + Array(type.utf8) + payload + [0, 0, 0, 0]
  }

  private func big(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
