import Kernels
import Vision

/// Runs inputs through the whole image path and counts what came of them.
///
/// What is decoded is decoded again, in memory with other contents: the pixels have to be the same, so that none of them is what was
/// there before. And a crop made from its part of the image has to be the crop made from the whole.
final class Harness {
  private(set) var outcomes: [String: Int] = [:]
  /// Inputs that broke a rule, by the rule.
  private(set) var mistakes: [String: [UInt64]] = [:]
  private(set) var slowest: (number: UInt64, duration: Duration) = (0, .zero)

  private let limits: ImageLimits
  private let decoder: ImageDecoder
  private var resizers: [ResizeFilter: ImageResizer] = [:]
  private let geometry = CropGeometry(shortSide: 40, crop: 32)
  private var tensor = [Float](repeating: 0, count: 3 * 32 * 32)

  /// - Parameter limits: small, so that a header which claims much is quick to deal with.
  init(limits: ImageLimits = ImageLimits(maximumBytes: 1 << 20, maximumPixels: 1 << 19, maximumScans: 30)) {
    self.limits = limits
    // Nothing is kept: every buffer is allocated.
    decoder = ImageDecoder(limits: limits, pool: PixelPool(maximumIdleBytes: 0))
    for filter in ResizeFilter.allCases {
      resizers[filter] = ImageResizer(geometry: geometry, filter: filter, pool: decoder.pool)
    }
  }

  /// Decodes, resizes and normalises, by settings that follow from the number.
  func run(_ bytes: [UInt8], number: UInt64) {
    // Exactly as much memory as bytes, so that a sanitizer sees a read past the end.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    let clock = ContinuousClock()
    let duration = clock.measure {
      do throws(ImageError) {
        try process(UnsafeRawBufferPointer(copy), number: number)
        outcomes["decoded", default: 0] += 1
      } catch {
        outcomes[Self.name(of: error), default: 0] += 1
      }
    }
    if duration > slowest.duration { slowest = (number, duration) }
  }

  private func process(_ bytes: UnsafeRawBufferPointer, number: UInt64) throws(ImageError) {
    let header = try ImageHeader(parsing: bytes, limits: limits)
    let filter: ResizeFilter = number % 2 == 0 ? .bilinear : .bicubic
    let target = number % 8 == 7 ? nil : geometry
    let scale: DecodeScale = number % 4 < 2 ? .auto : .exact
    var crops: [[UInt8]] = []
    for filler in [0x55, 0xAA] as [Int32] {
      // What is allocated is filled with that, what is freed with its complement.
      _ = mallopt(fillsMemory, filler)
      let pixels = try decoder.decode(bytes, header: header, for: target, filter: filter, scale: scale)
      let crop = try resizers[filter]!.resize(pixels)
      tensor.withUnsafeMutableBufferPointer { Normalisation.imageNet.write(crop, to: $0.baseAddress!) }
      crops.append(crop.withPixels { Array($0) })
    }
    if crops[0] != crops[1] { mistakes["pixels that nobody has written", default: []].append(number) }
    guard target != nil, scale == .exact, header.orientation == .up,
      let whole = try? decoder.decode(bytes, header: header, for: nil)
    else { return }
    let crop = try resizers[filter]!.resize(whole).withPixels { Array($0) }
    if crops[0] != crop { mistakes["a part that is not the whole's", default: []].append(number) }
  }

  var report: String {
    let total = outcomes.values.reduce(0, +)
    let lines = outcomes.sorted { $0.value > $1.value }.map { "\($0.key): \($0.value)" }
    let wrong = mistakes.map { "MISTAKE: \($0.key): inputs \($0.value.prefix(20))" }
    return (["\(total) inputs"] + lines + wrong + ["slowest: input \(slowest.number), \(slowest.duration)"])
      .joined(separator: "\n")
  }

  static func name(of error: ImageError) -> String {
    switch error {
    case .empty: "empty"
    case .unknownFormat: "unknown format"
    case .tooManyBytes: "too many bytes"
    case .tooManyPixels: "too many pixels"
    case .truncated(let format, _): "truncated \(format)"
    case .corrupt(let format, _): "corrupt \(format)"
    case .unsupported(let format, _): "unsupported \(format)"
    case .outOfMemory: "out of memory"
    case .tooSlow: "too slow"
    case .wrongRegion: "wrong region"
    }
  }
}

/// `mallopt(3)`, which the module of the C library leaves out, and its `M_PERTURB`.
@_silgen_name("mallopt")
private func mallopt(_ parameter: CInt, _ value: CInt) -> CInt
private let fillsMemory: CInt = -6
