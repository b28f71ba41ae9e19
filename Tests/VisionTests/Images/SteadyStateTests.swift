import Foundation
import Kernels
import Testing

@testable import Vision

@Suite struct SteadyStateTests {
  /// After the first image of a size no pixel memory is allocated any more.
  @Test(arguments: ["small.jpg", "variants/rgb.png", "variants/lossy.webp", "variants/exif-6.jpg"])
  func pixelMemoryDoesNotGrow(name: String) throws {
    let data = try TestImages.image(name)
    let decoder = ImageDecoder()
    let geometry = CropGeometry(shortSide: 100, crop: 64)
    let resizer = ImageResizer(geometry: geometry, pool: decoder.pool)
    var idle: Set<Int> = []
    for _ in 0..<5 {
      _ = try resizer.resize(decoder.decode(data, for: geometry))
      idle.insert(decoder.pool.idleBytes)
    }
    #expect(idle.count == 1 && idle.first ?? 0 > 0)
  }

  /// Decoders of their own, one pool: the pixels are the same as on one thread.
  @Test func severalThreadsShareAPool() async throws {
    let pool = PixelPool()
    let images = try ["small.jpg", "medium.jpg", "variants/rgb.png", "variants/lossy.webp"].map(
      TestImages.image)
    let geometry = CropGeometry(shortSide: 100, crop: 64)
    let run = { @Sendable () throws -> [[UInt8]] in
      let decoder = ImageDecoder(pool: pool)
      let resizer = ImageResizer(geometry: geometry, pool: pool)
      return try images.map { try resizer.resize(decoder.decode($0, for: geometry)).array }
    }
    let expected = try run()
    try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 { group.addTask { try run() } }
      for try await result in group { #expect(result == expected) }
    }
  }
}
