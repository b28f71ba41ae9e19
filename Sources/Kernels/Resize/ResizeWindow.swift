/// A run of output pixels along one axis of a resized image, with their source.
///
/// The whole axis of `sourceLength` pixels becomes `outputLength`; only `outputs` are made, in descending
/// order if `reversed`. `outputLength` may be enormous, as the whole resized axis is never made.
public struct ResizeWindow: Hashable, Sendable {
  public let sourceLength: Int
  public let outputLength: Int
  public let outputs: Range<Int>
  public let reversed: Bool

  /// - Precondition: lengths are positive, `outputs` is not empty and lies in `0..<outputLength`.
  public init(sourceLength: Int, outputLength: Int, outputs: Range<Int>, reversed: Bool = false) {
    precondition(sourceLength > 0 && outputLength > 0 && !outputs.isEmpty)
    precondition(outputs.lowerBound >= 0 && outputs.upperBound <= outputLength)
    self.sourceLength = sourceLength
    self.outputLength = outputLength
    self.outputs = outputs
    self.reversed = reversed
  }

  /// The source pixels of the window, as indices of reduced pixels. The source is first reduced by
  /// `denominator` to `sourceLength / denominator` pixels, rounded up.
  public func sources(filter: ResizeFilter, denominator: Int = 1) -> Range<Int> {
    let sampling = sampling(filter: filter, denominator: denominator)
    return sampling.sources(of: outputs.lowerBound)
      .lowerBound..<sampling.sources(of: outputs.upperBound - 1).upperBound
  }

  func sampling(filter: ResizeFilter, denominator: Int) -> ResizeSampling {
    ResizeSampling(
      filter: filter,
      ratio: Double(sourceLength) / Double(denominator) / Double(outputLength),
      length: (sourceLength + denominator - 1) / denominator)
  }
}

/// The arithmetic of one axis: the source pixels of an output, and their weights.
struct ResizeSampling {
  let filter: ResizeFilter
  /// The source pixels for each output pixel.
  let ratio: Double
  /// The number of source pixels.
  let length: Int

  /// The filter is stretched when shrinking, never squeezed when enlarging.
  private var stretch: Double { filter.isAntialiased ? max(ratio, 1) : 1 }

  private func centre(of output: Int) -> Double { (Double(output) + 0.5) * ratio }

  /// The source pixels with centres under the filter; at least one.
  func sources(of output: Int) -> Range<Int> {
    let centre = centre(of: output)
    guard filter.isAntialiased else {
      // Two, whichever way the sums below would be rounded.
      let first = Int((centre - 0.5).rounded(.down))
      return min(max(first, 0), length - 1)..<max(min(first + 2, length), 1)
    }
    let support = filter.support * stretch
    let first = min(max(Int(centre - support + 0.5), 0), length - 1)
    let end = min(Int(centre + support + 0.5), length)
    return first..<max(end, first + 1)
  }

  /// Weights of `sources(of: output)`; they sum to 1.
  func weights(of output: Int) -> [Double] {
    let centre = centre(of: output)
    let inverse = 1 / stretch
    var weights = sources(of: output).map { filter.weight(at: (Double($0) - centre + 0.5) * inverse) }
    let sum = weights.reduce(0, +)
    guard sum != 0 else { return weights.indices.map { $0 == 0 ? 1 : 0 } }
    for index in weights.indices { weights[index] *= 1 / sum }
    return weights
  }
}
