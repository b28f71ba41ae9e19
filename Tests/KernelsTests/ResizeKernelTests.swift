import Testing

@testable import Kernels

/// Every implementation against the reference, bit for bit.
@Suite struct ResizeKernelTests {
  /// Source and output lengths: enlarging, the same, shrinking, single pixels, and counts that leave each possible
  /// tail to a vector loop.
  static let lengths = [
    (1, 1), (1, 7), (2, 3), (3, 2), (7, 1), (16, 16), (17, 5), (33, 14), (64, 63), (100, 7), (240, 256),
    (500, 224), (1000, 13),
  ]

  @Test(arguments: ResizeKernel.all, ResizeFilter.allCases)
  func equalsReference(kernel: ResizeKernel, filter: ResizeFilter) {
    for (width, outputWidth) in Self.lengths {
      for (height, outputHeight) in Self.lengths where width * height < 12_000 {
        let image = Picture(width: width, height: height, seed: UInt64(width * 1000 + height))
        let columns = ResizeTable(whole(width, outputWidth), filter: filter)
        let rows = ResizeTable(whole(height, outputHeight), filter: filter)
        let expected = image.resized(columns, rows, by: .reference)
        let result = image.resized(columns, rows, by: kernel)
        #expect(result == expected, "\(width) × \(height) → \(outputWidth) × \(outputHeight)")
      }
    }
  }

  /// Rounded once; at most a level from the two passes, which round twice.
  @Test(arguments: ResizeKernel.all) func linear(kernel: ResizeKernel) {
    for (width, outputWidth) in Self.lengths {
      for (height, outputHeight) in Self.lengths where width * height < 12_000 {
        let image = Picture(width: width, height: height, seed: UInt64(width * 1000 + height))
        for isReversed in [false, true] {
          let columns = ResizeTable(whole(width, outputWidth, isReversed), filter: .linear)
          let rows = ResizeTable(whole(height, outputHeight, isReversed), filter: .linear)
          let expected = image.resizedLinearly(columns, rows, by: .reference)
          let sizes: Comment = "\(width) × \(height) → \(outputWidth) × \(outputHeight)"
          #expect(image.resizedLinearly(columns, rows, by: kernel) == expected, sizes)
          let passes = image.resized(columns, rows, by: .reference)
          #expect(zip(passes, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, sizes)
        }
      }
    }
    for value in [0, 255] as [UInt8] {
      let table = ResizeTable(whole(40, 90), filter: .linear)
      let plain = Picture(width: 40, height: 40) { _ in value }
      #expect(plain.resizedLinearly(table, table, by: kernel).allSatisfy { $0 == value })
    }
  }

  /// The largest sums that there can be must not overflow, and must be clipped.
  @Test(arguments: ResizeKernel.all, ResizeFilter.allCases)
  func extremes(kernel: ResizeKernel, filter: ResizeFilter) {
    let bright = Picture(width: 40, height: 40) { _ in 255 }
    let dark = Picture(width: 40, height: 40) { _ in 0 }
    let stripes = Picture(width: 40, height: 40) { ($0 / 3) % 2 == 0 ? 255 : 0 }
    for output in [7, 40, 90] {
      let table = ResizeTable(whole(40, output), filter: filter)
      #expect(bright.resized(table, table, by: kernel).allSatisfy { $0 == 255 })
      #expect(dark.resized(table, table, by: kernel).allSatisfy { $0 == 0 })
      #expect(stripes.resized(table, table, by: kernel) == stripes.resized(table, table, by: .reference))
    }
  }

  @Test func thisMachineHasAVectorKernel() {
    #expect(ResizeKernel.reference.description == "portable")
    #if arch(x86_64)
      #expect(ResizeKernel.all.map(\.description).contains("avx2"), "a processor without AVX2")
    #endif
  }

  private func whole(_ length: Int, _ output: Int, _ isReversed: Bool = false) -> ResizeWindow {
    ResizeWindow(sourceLength: length, outputLength: output, outputs: 0..<output, reversed: isReversed)
  }
}

/// RGB pixels with the room around them that kernels ask for.
struct Picture {
  let width: Int
  let height: Int
  private var bytes: [UInt8]

  init(width: Int, height: Int, value: (Int) -> UInt8) {
    self.width = width
    self.height = height
    bytes = (0..<3 * width * height).map(value) + [UInt8](repeating: 0xAA, count: 64)
  }

  init(width: Int, height: Int, seed: UInt64) {
    var state = seed &+ 1
    self.init(width: width, height: height) { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  func resized(_ columns: ResizeTable, _ rows: ResizeTable, by kernel: ResizeKernel) -> [UInt8] {
    let narrowRowBytes = 3 * columns.count + ResizeKernel.slack
    var narrow = [UInt8](repeating: 0x55, count: narrowRowBytes * height + 64)
    let rowBytes = 3 * columns.count
    // Beyond its last byte the second pass must not write.
    var result = [UInt8](repeating: 0x77, count: rowBytes * rows.count + 64)
    bytes.withUnsafeBufferPointer {
      kernel.horizontal(
        columns, from: $0.baseAddress!, rowBytes: 3 * width, rows: height, to: &narrow,
        rowBytes: narrowRowBytes)
    }
    kernel.vertical(
      rows, from: narrow, rowBytes: narrowRowBytes, rowLength: rowBytes, to: &result, rowBytes: rowBytes)
    #expect(result.suffix(64).allSatisfy { $0 == 0x77 })
    return Array(result.prefix(rowBytes * rows.count))
  }

  func resizedLinearly(_ columns: ResizeTable, _ rows: ResizeTable, by kernel: ResizeKernel) -> [UInt8] {
    let (rowBytes, rowLength) = (3 * columns.count, 3 * width)
    var line = [Int16](repeating: 0x5555, count: rowLength + ResizeKernel.slack + 16)
    var result = [UInt8](repeating: 0x77, count: rowBytes * rows.count + 64)
    bytes.withUnsafeBufferPointer {
      kernel.linear(
        columns, rows, from: $0.baseAddress!, rowBytes: rowLength, rowLength: rowLength, through: &line,
        to: &result,
        rowBytes: rowBytes)
    }
    #expect(line.suffix(16).allSatisfy { $0 == 0x5555 })
    #expect(result.suffix(64).allSatisfy { $0 == 0x77 })
    return Array(result.prefix(rowBytes * rows.count))
  }
}
