import Foundation
import Kernels
import Vision

/// Runs inputs through the whole image path and counts what came of them.
///
/// What is decoded is decoded again, in memory with other contents: the pixels have to be the same, so that none of them is what was
/// there before. And an input made from its part of the image has to be that made from the whole. Results of random networks are drawn
/// on what can be decoded, twice, too.
final class Harness {
  private(set) var inputs = 0
  private(set) var outcomes: [String: Int] = [:]
  /// Inputs that broke a rule, by the rule.
  private(set) var mistakes: [String: [UInt64]] = [:]
  private(set) var slowest: (number: UInt64, duration: Duration) = (0, .zero)

  private let limits: ImageLimits
  private let decoder: ImageDecoder
  private let resizers: [ImageResizer]

  /// - Parameter limits: small, so that a header which claims much is quick to deal with.
  init(limits: ImageLimits = ImageLimits(maximumBytes: 1 << 20, maximumPixels: 1 << 19, maximumScans: 30)) {
    self.limits = limits
    // Nothing is kept: every buffer is allocated.
    decoder = ImageDecoder(limits: limits, pool: PixelPool(maximumIdleBytes: 0))
    resizers = Self.targets.map { [decoder] in
      ImageResizer(geometry: $0.geometry, filter: $0.filter, pool: decoder.pool)
    }
  }

  private static let targets: [(geometry: CropGeometry, filter: ResizeFilter)] = [
    (CropGeometry(shortSide: 40, crop: 32), .bilinear), (CropGeometry(shortSide: 40, crop: 32), .bicubic),
    (CropGeometry(height: 33, width: 47, .letterbox(colour: [114, 0, 255], isCentred: true)), .linear),
    (CropGeometry(height: 47, width: 33, .letterbox(colour: [0, 0, 0], isCentred: false)), .bilinear),
    (CropGeometry(height: 20, width: 70), .linear),
    (CropGeometry(height: 28, width: 28, .multiple(of: 14)), .linear),
    (CropGeometry(shortSide: 24, longest: 60), .bicubic),
  ]

  /// Decodes, resizes and normalises, by settings that follow from the number.
  func run(_ bytes: [UInt8], number: UInt64) {
    inputs += 1
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
    let resizer = resizers[Int(number % UInt64(resizers.count))]
    let (geometry, filter) = (resizer.geometry, resizer.filter)
    let target = number % 8 == 7 ? nil : geometry
    let scale: DecodeScale = number % 4 < 2 ? .auto : .exact
    var made: [[UInt8]] = []
    var frame: InputFrame?
    for filler in Self.fillers {
      _ = mallopt(fillsMemory, filler)
      let pixels = try decoder.decode(bytes, header: header, for: target, filter: filter, scale: scale)
      let input = try resizer.resize(pixels)
      var tensor = [Float](repeating: 0, count: 3 * input.width * input.height)
      tensor.withUnsafeMutableBufferPointer { Normalisation.imageNet.write(input, to: $0.baseAddress!) }
      made.append(input.withPixels { Array($0) })
      frame = input.frame
    }
    if made[0] != made[1] { mistakes["pixels that nobody has written", default: []].append(number) }
    if let frame, number.isMultiple(of: 5) { draw(bytes, frame, number: number) }
    guard target != nil, scale == .exact, header.orientation == .up,
      let whole = try? decoder.decode(bytes, header: header, for: nil)
    else { return }
    let input = try resizer.resize(whole).withPixels { Array($0) }
    if made[0] != input { mistakes["a part that is not the whole's", default: []].append(number) }
  }

  /// What is allocated is filled with the number, what is freed with its complement.
  private static let fillers = [0x55, 0xAA] as [Int32]

  /// Draws what a network of random numbers gives for an input, twice.
  private func draw(_ bytes: UnsafeRawBufferPointer, _ frame: InputFrame, number: UInt64) {
    do {
      let image = try EncodedImage(Data(bytes), limits: limits)
      let format: DrawnPicture.Format = number / 5 % 2 == 0 ? .jpeg : .png
      var pictures: [Data] = []
      for filler in Self.fillers {
        _ = mallopt(fillsMemory, filler)
        let output = try RandomOutput(frame, number: number / 10).output
        pictures.append(try DrawnPicture.draw(output, on: image, as: format, limits: limits))
      }
      if pictures[0] != pictures[1] { mistakes["a picture that differs", default: []].append(number) }
      let drawn = try EncodedImage(pictures[0], limits: ImageLimits()).header
      if [drawn.width, drawn.height] != [frame.imageWidth, frame.imageHeight] {
        mistakes["a picture of another size", default: []].append(number)
      }
      outcomes["drawn", default: 0] += 1
    } catch is ImageError {
      // Part of an image may be whole where all of it isn't.
      outcomes["not drawn", default: 0] += 1
    } catch {
      mistakes["\(error)", default: []].append(number)
    }
  }

  var report: String {
    let total = inputs
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
