import Testing

@testable import Kernels

/// Every implementation against the reference, bit for bit, and the reference against the formula.
@Suite struct MapKernelTests {
  private static let widths = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 100]

  @Test(arguments: MapKernel.all, widths)
  func equalsReference(kernel: MapKernel, width: Int) {
    for taps in [1, 2, 4] {
      #expect(gathered(kernel, width, taps) == gathered(.reference, width, taps))
      #expect(blended(kernel, width, taps) == blended(.reference, width, taps))
    }
    for planes in [1, 2, 21, 256] {
      #expect(best(kernel, width, planes) == best(.reference, width, planes))
      #expect(maximum(kernel, width, planes) == maximum(.reference, width, planes))
    }
    for wrong in [Float.nan, .infinity, -.infinity] {
      for place in 0..<width {
        var numbers = Self.numbers(width)
        #expect(kernel.areFinite(numbers, count: width))
        numbers[place] = wrong
        #expect(!kernel.areFinite(numbers, count: width))
        var (values, classes) = (numbers, [Int32](repeating: 0, count: width))
        let isFine = kernel.maximum(numbers, stride: width, count: 1, width: width, to: &values, &classes)
        #expect(isFine == (wrong == -.infinity))
      }
    }
  }

  @Test func referenceIsTheFormula() {
    let (width, planes) = (9, 5)
    let (top, bottom) = (
      Self.numbers(width * planes), Self.numbers(width * planes + 7).suffix(width * planes)
    )
    let found = best(.reference, width, planes)
    for x in 0..<width {
      let values = (0..<planes).map { plane in
        0.25 * top[plane * width + x] + 0.75 * Array(bottom)[plane * width + x]
      }
      #expect(values[Int(found[x])] == values.max())
    }
    // Of equal ones, the first.
    var numbers: [UInt8] = [9, 9]
    MapKernel.reference.best(
      [1, 2, 1, 2], [1, 2, 1, 2], weights: [0.5, 0.5], stride: 2, planes: 2, width: 2, to: &numbers)
    #expect(numbers == [0, 0])
  }

  private static func numbers(_ count: Int) -> [Float] {
    (0..<count).map { Float(($0 &* 7919) % 1009) / 64 - 8 }
  }

  private func gathered(_ kernel: MapKernel, _ width: Int, _ taps: Int) -> [Float] {
    let places = (0..<taps * width).map { Int32($0 &* 31 % 50) }
    var result = [Float](repeating: -77, count: width + 1)
    kernel.gather(
      Self.numbers(50), places: places, weights: Self.numbers(taps * width), taps: taps, width: width,
      to: &result)
    return result
  }

  private func blended(_ kernel: MapKernel, _ width: Int, _ taps: Int) -> [Float] {
    var result = [Float](repeating: -77, count: width + 1)
    Self.numbers(taps * width).withUnsafeBufferPointer { numbers in
      func at(_ tap: Int) -> UnsafePointer<Float>? { numbers.baseAddress.map { $0 + tap * width } }
      kernel.blend((0..<taps).map(at), weights: Self.numbers(taps), taps: taps, width: width, to: &result)
    }
    return result
  }

  private func best(_ kernel: MapKernel, _ width: Int, _ planes: Int) -> [UInt8] {
    var result = [UInt8](repeating: 77, count: width + 1)
    let bottom = Array(Self.numbers(width * planes + 7).suffix(width * planes))
    kernel.best(
      Self.numbers(width * planes), bottom, weights: [0.25, 0.75], stride: width, planes: planes,
      width: width, to: &result)
    return result
  }

  private func maximum(_ kernel: MapKernel, _ width: Int, _ planes: Int) -> [Float] {
    var (values, numbers) = (
      [Float](repeating: -77, count: width + 1), [Int32](repeating: 77, count: width + 1)
    )
    let isFine = kernel.maximum(
      Self.numbers(width * planes), stride: width, count: planes, width: width, to: &values, &numbers)
    #expect(isFine)
    return values + numbers.map { Float($0) }
  }
}
