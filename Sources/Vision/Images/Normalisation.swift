import Kernels

/// The conversion of pixels to a network's input: (x − mean) / standard deviation, in its layout and
/// channels.
public struct Normalisation: Sendable, Hashable {
  /// The order of a tensor's numbers in memory.
  public enum Layout: String, Sendable, CaseIterable {
    /// Channel by channel.
    case nchw
    /// Pixel by pixel.
    case nhwc
  }

  /// The order of a pixel's channels, or grey alone.
  public enum ChannelOrder: String, Sendable, CaseIterable {
    case rgb, bgr
    /// One channel: the luma of ITU-R 601-2, as in Pillow's `convert("L")`.
    case grey
  }

  /// The supported element types.
  public static let elements: [ElementType] = [.float32, .float16, .uint8]

  /// For red, green and blue in any channel order, or for grey, in units of pixel values, 0…255.
  public let mean: [Float]
  public let standardDeviation: [Float]
  public let layout: Layout
  public let channelOrder: ChannelOrder
  /// One of `elements`; integers are rounded, and clipped to their range.
  public let element: ElementType

  /// - Precondition: a mean and a non-zero standard deviation for each channel; one of `elements`.
  public init(
    mean: [Float], standardDeviation: [Float], layout: Layout = .nchw, channelOrder: ChannelOrder = .rgb,
    element: ElementType = .float32
  ) {
    let channels = channelOrder == .grey ? 1 : 3
    precondition(mean.count == channels && standardDeviation.count == channels, "one value for each channel")
    precondition(standardDeviation.allSatisfy { $0 != 0 }, "a standard deviation of 0")
    precondition(Self.elements.contains(element), "no type of numbers that pixels become")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.layout = layout
    self.channelOrder = channelOrder
    self.element = element
  }

  public var channels: Int { mean.count }

  /// The tensor's shape for pixels of this size.
  public func shape(height: Int, width: Int) -> [Int] {
    layout == .nchw ? [channels, height, width] : [height, width, channels]
  }

  /// Whether vector kernels and devices can compute it.
  public var isUsual: Bool { element == .float32 && channels == 3 }

  /// ImageNet's statistics, as torchvision publishes them.
  public static let imageNet = Normalisation(
    mean: [0.485 * 255, 0.456 * 255, 0.406 * 255], standardDeviation: [0.229 * 255, 0.224 * 255, 0.225 * 255])

  /// Writes all numbers of the shape, of the element's type.
  ///
  /// The caller guarantees the room at `destination`, for instance its slot of a batch.
  public func write(_ pixels: PixelBuffer, into destination: UnsafeMutableRawBufferPointer) {
    switch element {
    case .float16: write(pixels, to: destination.bindMemory(to: Float16.self)) { Float16($0) }
    case .uint8:
      write(pixels, to: destination.bindMemory(to: UInt8.self)) {
        UInt8(min(max($0.rounded(.toNearestOrEven), 0), 255))
      }
    default:
      let floats = destination.bindMemory(to: Float.self)
      guard channels == 3, let base = floats.baseAddress else { return write(pixels, to: floats) { $0 } }
      write(pixels, to: base)
    }
  }

  /// Computes pixel by pixel, where there is no kernel.
  @inline(__always) private func write<Number>(
    _ pixels: PixelBuffer, to destination: UnsafeMutableBufferPointer<Number>, _ convert: (Float) -> Number
  ) {
    let (width, height, channels) = (pixels.width, pixels.height, channels)
    let (step, plane) = layout == .nchw ? (1, width * height) : (channels, 1)
    let scales = standardDeviation.map { 1 / $0 }
    let first = channelOrder == .bgr ? 2 : 0
    for row in 0..<height {
      let source = pixels.mutablePixels + row * pixels.rowBytes
      for column in 0..<width {
        let pixel = source + 3 * column
        let target = (row * width + column) * step
        guard channels == 3 else {
          let luma = 19_595 * UInt32(pixel[0]) + 38_470 * UInt32(pixel[1]) + 7_471 * UInt32(pixel[2])
          destination[target] = convert((Float((luma + 0x8000) >> 16) - mean[0]) * scales[0])
          continue
        }
        for channel in 0..<3 {
          let place = first == 0 ? channel : 2 - channel
          destination[target + place * plane] = convert(
            (Float(pixel[channel]) - mean[channel]) * scales[channel])
        }
      }
    }
    withExtendedLifetime(pixels) {}
  }

  /// Writes `3 · width · height` floats.
  ///
  /// The caller guarantees the room at `destination`, for instance its slot of a batch.
  public func write(
    _ pixels: PixelBuffer, to destination: UnsafeMutablePointer<Float>, kernel: NormaliseKernel = .fastest
  ) {
    precondition(isUsual, "no floats of three channels")
    let parameters = NormaliseKernel.Parameters(
      mean: (mean[0], mean[1], mean[2]),
      scale: (1 / standardDeviation[0], 1 / standardDeviation[1], 1 / standardDeviation[2]))
    switch layout {
    case .nchw:
      let plane = pixels.width * pixels.height
      let first = destination
      let third = destination + 2 * plane
      kernel.planar(
        parameters, from: pixels.mutablePixels, rowBytes: pixels.rowBytes, width: pixels.width,
        height: pixels.height,
        to: channelOrder == .rgb
          ? (red: first, green: first + plane, blue: third) : (red: third, green: first + plane, blue: first))
    case .nhwc:
      kernel.interleaved(
        parameters, from: pixels.mutablePixels, rowBytes: pixels.rowBytes, width: pixels.width,
        height: pixels.height, reversed: channelOrder == .bgr, to: destination)
    }
    withExtendedLifetime(pixels) {}
  }
}
