import Foundation
import Kernels
import Vision

/// One image, again and again: bytes → header → pixels → crop → tensor.
struct ImageTiming {
  let data: Data
  let scale: DecodeScale

  private static let geometry = CropGeometry(shortSide: 256, crop: 224)
  private static let filter = ResizeFilter.bilinear

  /// Median nanoseconds of each stage, of all of them, and of the bare library.
  func run(seconds: Double) throws -> [String: Double] {
    let pool = PixelPool()
    let decoder = ImageDecoder(pool: pool)
    let resizer = ImageResizer(geometry: Self.geometry, filter: Self.filter, pool: pool)
    var tensor = [Float](repeating: 0, count: 3 * Self.geometry.crop * Self.geometry.crop)
    var samples = Samples()
    let clock = ContinuousClock()
    try data.withUnsafeBytes { bytes in
      let bare = try BareLibrary(bytes, geometry: Self.geometry, filter: Self.filter, scale: scale)
      let end = clock.now + .seconds(seconds)
      while clock.now < end || samples.count < 3 {
        let start = clock.now
        let header = try ImageHeader(parsing: bytes)
        let pixels = try decoder.decode(
          bytes, header: header, for: Self.geometry, filter: Self.filter, scale: scale)
        let decoded = clock.now
        let crop = try resizer.resize(pixels)
        let resized = clock.now
        tensor.withUnsafeMutableBufferPointer { Normalisation.imageNet.write(crop, to: $0.baseAddress!) }
        let normalised = clock.now
        samples.add("decode", decoded - start)
        samples.add("resize", resized - decoded)
        samples.add("normalise", normalised - resized)
        samples.add("total", normalised - start)

        guard let bare else { continue }
        let before = clock.now
        try bare.decode()
        samples.add("library", clock.now - before)
      }
    }
    return samples.medians
  }
}

/// Durations by name.
struct Samples {
  private var values: [String: [Double]] = [:]

  var count: Int { values["total"]?.count ?? 0 }

  mutating func add(_ name: String, _ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    values[name, default: []].append(Double(seconds) * 1e9 + Double(attoseconds) / 1e9)
  }

  var medians: [String: Double] { values.mapValues { $0.sorted()[$0.count / 2] } }
}
