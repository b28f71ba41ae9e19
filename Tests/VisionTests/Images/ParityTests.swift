import Basics
import Dataflow
import Foundation
import Kernels
import Testing

@testable import Vision

/// Our pixels against Pillow's, recorded by `Scripts/record-parity`.
@Suite struct ParityTests {
  struct Entry: Decodable {
    struct Normalised: Decodable {
      let file: String
      let mean: [Float]
      let std: [Float]
    }
    let image: String
    let filter: String
    let shortSide: Int
    let crop: Int
    let file: String
    let normalised: Normalised?
  }

  /// `exact`: at most one level of 255 apart in 99.9 % of the values, over all images, and not far in any.
  @Test func exactEqualsPillow() throws {
    let decoder = ImageDecoder()
    for entry in try Self.entries() {
      let result = try Self.run(entry, decoder, .exact).array
      let expected = try Array(TestImages.data("parity/" + entry.file))
      try #require(result.count == expected.count, "\(entry.image)")
      if result == expected { continue }
      let differences = zip(result, expected).map { abs(Int($0) - Int($1)) }
      let near = Double(differences.count { $0 <= 1 }) / Double(differences.count)
      let name = "\(entry.image) \(entry.filter) \(entry.shortSide)/\(entry.crop)"
      #expect(near >= 0.999, "\(name): \(near) within 1, at most \(differences.max() ?? 0)")
    }
  }

  /// `auto`: the same picture, a little softer or sharper.
  @Test func autoIsNear() throws {
    let decoder = ImageDecoder()
    for entry in try Self.entries() {
      let result = try Self.run(entry, decoder, .auto).array
      let expected = try Array(TestImages.data("parity/" + entry.file))
      if result == expected { continue }
      let sum = zip(result, expected).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      let mean = Double(sum) / Double(expected.count)
      #expect(mean <= 3, "\(entry.image) \(entry.filter) \(entry.shortSide)/\(entry.crop): mean \(mean)")
    }
  }

  @Test func normalisedEqualsNumPy() throws {
    let decoder = ImageDecoder()
    var count = 0
    for entry in try Self.entries() {
      guard let normalised = entry.normalised else { continue }
      count += 1
      let pixels = try Self.run(entry, decoder, .exact)
      var result = [Float](repeating: .nan, count: 3 * entry.crop * entry.crop)
      Normalisation(mean: normalised.mean, standardDeviation: normalised.std).write(pixels, to: &result)
      let expected = try TestImages.data("parity/" + normalised.file)
        .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      try #require(result.count == expected.count)
      // One level of a pixel is 1 / standard deviation.
      let level = 1 / (normalised.std.min() ?? 1) + 1e-5
      let near = zip(result, expected).count { abs($0 - $1) <= level }
      #expect(Double(near) >= 0.999 * Double(result.count), "\(entry.image)")
    }
    #expect(count > 0)
  }

  private static func entries() throws -> [Entry] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let entries = try decoder.decode([Entry].self, from: TestImages.data("parity/manifest.json"))
    try #require(!entries.isEmpty)
    return entries
  }

  private static func run(_ entry: Entry, _ decoder: ImageDecoder, _ scale: DecodeScale) throws -> PixelBuffer
  {
    let geometry = CropGeometry(shortSide: entry.shortSide, crop: entry.crop)
    let filter = try #require(ResizeFilter(rawValue: entry.filter))
    let pixels = try decoder.decode(
      TestImages.image(entry.image), for: geometry, filter: filter, scale: scale)
    return try ImageResizer(geometry: geometry, filter: filter, pool: decoder.pool).resize(pixels)
  }
}
