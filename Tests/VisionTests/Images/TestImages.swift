import Foundation
import Kernels
import TestSupport
import Testing

@testable import Vision

/// The photographs, and what Pillow makes of them, that set-up puts into `.deps`.
enum TestImages {
  struct Missing: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) is missing: run Scripts/setup" }
  }

  private static let dependencies = URL(filePath: #filePath)
    .appending(path: "../../../../.deps").standardizedFileURL

  static func image(_ name: String) throws -> Data { try data("images/" + name) }

  static func data(_ path: String) throws -> Data {
    let url = dependencies.appending(path: path)
    guard let data = try? Data(contentsOf: url) else { throw Missing(path: ".deps/" + path) }
    return data
  }

  /// Small images of every kind.
  static let variants = [
    "baseline-420.jpg", "baseline-422.jpg", "baseline-444.jpg", "cmyk.jpg", "grey.jpg", "progressive.jpg",
    "restart.jpg", "exif-6.jpg", "odd-17x300.jpg", "odd-1x1.jpg", "odd-227x149.jpg", "odd-33x31.jpg",
    "grey-16bit.png", "grey-1bit.png", "grey-alpha.png", "grey.png", "palette-4bit.png",
    "palette-transparent.png",
    "palette.png", "rgb-16bit.png", "rgb-interlaced.png", "rgb.png", "rgba.png", "lossless-alpha.webp",
    "lossless.webp", "lossy-alpha.webp", "lossy.webp",
  ].map { "variants/" + $0 }
}

extension ImageDecoder {
  func decode(
    _ data: Data, for geometry: CropGeometry?, filter: ResizeFilter = .bilinear, scale: DecodeScale = .exact
  ) throws -> PixelBuffer {
    try data.withUnsafeBytes {
      try decode(
        $0, header: ImageHeader(parsing: $0, limits: limits), for: geometry, filter: filter, scale: scale)
    }
  }
}

extension PixelBuffer {
  var array: [UInt8] { withPixels { Array($0) } }

  /// The three bytes at a place.
  func pixel(_ x: Int, _ y: Int) -> [UInt8] {
    withPixels { Array($0[y * rowBytes + 3 * x..<y * rowBytes + 3 * x + 3]) }
  }
}

extension SeededGenerator {
  /// A part of so many pixels, of one at least.
  mutating func range(within length: Int) -> Range<Int> {
    let first = Int.random(in: 0..<length, using: &self)
    return first..<Int.random(in: first + 1...length, using: &self)
  }
}

extension PixelPool {
  /// A pool whose memory holds what somebody else wrote.
  static func filled(with byte: UInt8) throws -> PixelPool {
    let pool = PixelPool()
    // For every smaller size one of them is used again.
    for capacity in (1...6).map({ 1024 << (2 * $0) }) {
      let storage = try pool.take(capacity)
      memset(storage.base, Int32(byte), storage.capacity)
      pool.takeBack(storage)
    }
    return pool
  }
}
