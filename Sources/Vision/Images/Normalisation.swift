import Kernels

/// From pixels to what a network wants: (x − mean) / standard deviation, in its layout and channel order.
public struct Normalisation: Sendable, Hashable {
  public enum Layout: String, Sendable, CaseIterable {
    /// Channel by channel.
    case nchw
    /// Pixel by pixel.
    case nhwc
  }

  public enum ChannelOrder: String, Sendable, CaseIterable {
    case rgb, bgr
  }

  /// For red, green and blue whatever the channel order, in units of pixel values, 0…255.
  public let mean: [Float]
  public let standardDeviation: [Float]
  public let layout: Layout
  public let channelOrder: ChannelOrder

  /// - Precondition: three means, three standard deviations, none of them 0.
  public init(
    mean: [Float], standardDeviation: [Float], layout: Layout = .nchw, channelOrder: ChannelOrder = .rgb
  ) {
    precondition(mean.count == 3 && standardDeviation.count == 3, "one value for each of three channels")
    precondition(standardDeviation.allSatisfy { $0 != 0 }, "a standard deviation of 0")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.layout = layout
    self.channelOrder = channelOrder
  }

  /// ImageNet's statistics, as torchvision publishes them.
  public static let imageNet = Normalisation(
    mean: [0.485 * 255, 0.456 * 255, 0.406 * 255], standardDeviation: [0.229 * 255, 0.224 * 255, 0.225 * 255])

  /// Writes `3 · width · height` floats.
  ///
  /// The caller guarantees the room at `destination`, for instance its slot of a batch.
  public func write(
    _ pixels: PixelBuffer, to destination: UnsafeMutablePointer<Float>, kernel: NormaliseKernel = .fastest
  ) {
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
