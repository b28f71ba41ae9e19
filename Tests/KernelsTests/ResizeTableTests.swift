import CKernels
import Testing

@testable import Kernels

@Suite struct ResizeTableTests {
  private static let one = Int32(1) << Int32(ck_resize_weight_bits)

  @Test(arguments: ResizeFilter.allCases, [(1, 1), (1, 9), (5, 3), (240, 256), (2880, 256), (60_000, 17)])
  func weightsSumToOne(filter: ResizeFilter, lengths: (Int, Int)) {
    let (length, output) = lengths
    let table = ResizeTable(
      ResizeWindow(sourceLength: length, outputLength: output, outputs: 0..<output), filter: filter)
    #expect(table.axis.taps % 2 == 0)
    for row in 0..<output {
      let weights = (0..<Int(table.axis.taps)).map { table.axis.weights[row * Int(table.axis.taps) + $0] }
      let used = Int(table.axis.lengths[row])
      #expect(abs(weights.reduce(0, +) - Self.one) <= Int32(used))
      #expect(weights.dropFirst(used).allSatisfy { $0 == 0 })
      #expect(table.axis.starts[row] >= 0)
      #expect(Int(table.axis.starts[row]) + used <= length)
    }
  }

  @Test(arguments: ResizeFilter.allCases)
  func splitWeightsAreTheWeights(filter: ResizeFilter) {
    let table = ResizeTable(
      ResizeWindow(sourceLength: 700, outputLength: 224, outputs: 0..<224), filter: filter)
    for tap in 0..<Int(table.axis.count * table.axis.taps) {
      let pair = tap / 2 * 4 + tap % 2
      let high = Int32(table.axis.split[pair])
      let low = Int32(table.axis.split[pair + 2])
      #expect(high << Int32(ck_resize_split_bits) + low == table.axis.weights[tap])
    }
  }

  /// A window is a part of the whole: the same weights, counted from the window's origin.
  @Test func windowIsPartOfTheWhole() {
    let all = ResizeTable(
      ResizeWindow(sourceLength: 341, outputLength: 100, outputs: 0..<100), filter: .bicubic)
    let window = ResizeWindow(sourceLength: 341, outputLength: 100, outputs: 30..<50, reversed: true)
    let sources = window.sources(filter: .bicubic)
    let part = ResizeTable(window, filter: .bicubic, origin: sources.lowerBound)
    #expect(part.count == 20)
    for row in 0..<20 {
      let output = 49 - row
      #expect(Int(part.axis.starts[row]) + sources.lowerBound == Int(all.axis.starts[output]))
      #expect(part.axis.weights[row * Int(part.axis.taps)] == all.axis.weights[output * Int(all.axis.taps)])
    }
  }

  /// The resized axis is never made: 7.7 million pixels of it cost nothing.
  @Test func elongatedImageNeedsFewSources() {
    let window = ResizeWindow(sourceLength: 60_000, outputLength: 7_680_000, outputs: 3_839_888..<3_840_112)
    let sources = window.sources(filter: .bilinear)
    #expect(sources.count <= 4)
    #expect(sources.contains(30_000))
  }

  /// Reduced sources: the same place in the image, in smaller units.
  @Test func reducedSourcesCoverTheSamePlace() {
    let window = ResizeWindow(sourceLength: 2880, outputLength: 256, outputs: 16..<240)
    let full = window.sources(filter: .bilinear)
    let reduced = window.sources(filter: .bilinear, denominator: 8)
    #expect(abs(reduced.lowerBound * 8 - full.lowerBound) <= 8)
    #expect(abs(reduced.upperBound * 8 - full.upperBound) <= 8)
  }

  /// The kernel of two taps takes no more, however positions are rounded.
  @Test func linearHasTwoTaps() {
    for source in 1...150 {
      for output in 1...150 {
        let window = ResizeWindow(sourceLength: source, outputLength: output, outputs: 0..<output)
        let table = ResizeTable(window, filter: .linear)
        #expect(table.taps == 2 && table.sourceEnd <= source)
      }
    }
  }
}
