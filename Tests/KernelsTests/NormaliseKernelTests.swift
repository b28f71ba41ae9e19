import Testing

@testable import Kernels

/// Every implementation against the reference, bit for bit, and the reference against the formula.
@Suite struct NormaliseKernelTests {
  private static let parameters = NormaliseKernel.Parameters(
    mean: (123.675, 116.28, 103.53), scale: (1 / 58.395, 1 / 57.12, 1 / 57.375))

  @Test(arguments: NormaliseKernel.all, [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 31, 33, 224])
  func equalsReference(kernel: NormaliseKernel, width: Int) {
    for height in [1, 2, 5] {
      for padding in [0, 5] {
        let rowBytes = 3 * width + padding
        let bytes = (0..<rowBytes * height + 64).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        #expect(
          planar(kernel, bytes, rowBytes, width, height) == planar(.reference, bytes, rowBytes, width, height)
        )
        for reversed in [false, true] {
          #expect(
            interleaved(kernel, bytes, rowBytes, width, height, reversed)
              == interleaved(.reference, bytes, rowBytes, width, height, reversed))
        }
      }
    }
  }

  @Test func referenceIsTheFormula() {
    let bytes = (0..<12 + 64).map { UInt8($0 * 3) }
    let planes = planar(.reference, bytes, 12, 4, 1)
    let pixels = interleaved(.reference, bytes, 12, 4, 1, true)
    let mean: [Float] = [123.675, 116.28, 103.53]
    let deviation: [Float] = [58.395, 57.12, 57.375]
    for pixel in 0..<4 {
      for channel in 0..<3 {
        let expected = (Float(bytes[3 * pixel + channel]) - mean[channel]) / deviation[channel]
        #expect(abs(planes[4 * channel + pixel] - expected) < 1e-6)
        #expect(abs(pixels[3 * pixel + 2 - channel] - expected) < 1e-6)
      }
    }
  }

  /// One float more than asked for, which must stay as it is.
  private func planar(
    _ kernel: NormaliseKernel, _ bytes: [UInt8], _ rowBytes: Int, _ width: Int, _ height: Int
  ) -> [Float] {
    let plane = width * height
    var result = [Float](repeating: -77, count: 3 * plane + 1)
    result.withUnsafeMutableBufferPointer {
      let base = $0.baseAddress!
      kernel.planar(
        Self.parameters, from: bytes, rowBytes: rowBytes, width: width, height: height,
        to: (base, base + plane, base + 2 * plane))
    }
    #expect(result.last == -77)
    return result
  }

  private func interleaved(
    _ kernel: NormaliseKernel, _ bytes: [UInt8], _ rowBytes: Int, _ width: Int, _ height: Int,
    _ reversed: Bool
  ) -> [Float] {
    var result = [Float](repeating: -77, count: 3 * width * height + 1)
    kernel.interleaved(
      Self.parameters, from: bytes, rowBytes: rowBytes, width: width, height: height, reversed: reversed,
      to: &result)
    #expect(result.last == -77)
    return result
  }
}
