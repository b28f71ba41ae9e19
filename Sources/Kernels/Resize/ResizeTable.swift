import CKernels

/// The weights of one axis of a resize, prepared for the inner loops; immutable.
///
/// Memory: at most 10 bytes for each output and tap.
public final class ResizeTable: @unchecked Sendable {
  // Sendable: the arrays behind `axis` are written only in `init` and live as long as the table.

  /// Valid while the table lives.
  let axis: ck_resize_axis
  /// The end of the table's source pixels, relative to `origin`.
  let sourceEnd: Int

  private let starts: UnsafeMutablePointer<Int32>
  private let lengths: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Int32>
  private let split: UnsafeMutablePointer<Int16>
  private let pairs: UnsafeMutablePointer<Int16>?

  /// - Parameters:
  ///   - denominator: the earlier reduction of the source.
  ///   - origin: the reduced pixel at which the buffer begins.
  public init(_ window: ResizeWindow, filter: ResizeFilter, denominator: Int = 1, origin: Int = 0) {
    let sampling = window.sampling(filter: filter, denominator: denominator)
    let outputs = window.reversed ? Array(window.outputs.reversed()) : Array(window.outputs)
    let sources = outputs.map { sampling.sources(of: $0) }
    precondition(sources.allSatisfy { $0.lowerBound >= origin }, "the buffer begins too late")
    let longest = sources.lazy.map(\.count).max() ?? 1
    let taps = (longest + 1) / 2 * 2
    let count = outputs.count

    starts = .allocate(capacity: count)
    lengths = .allocate(capacity: count)
    weights = .allocate(capacity: count * taps)
    split = .allocate(capacity: count * taps * 2)
    weights.initialize(repeating: 0, count: count * taps)
    split.initialize(repeating: 0, count: count * taps * 2)
    pairs = taps == 2 ? .allocate(capacity: 2 * count) : nil

    for (row, output) in outputs.enumerated() {
      starts.advanced(by: row).initialize(to: Int32(sources[row].lowerBound - origin))
      lengths.advanced(by: row).initialize(to: Int32(sources[row].count))
      let shares = sampling.weights(of: output)
      for (tap, weight) in shares.enumerated() {
        let fixed = Int32((weight * Double(1 << ck_resize_weight_bits)).rounded())
        weights[row * taps + tap] = fixed
        // Two taps are four numbers: high, high, low, low.
        let pair = (row * taps + tap / 2 * 2) * 2 + tap % 2
        split[pair] = Int16(fixed >> Int32(ck_resize_split_bits))
        split[pair + 2] = Int16(fixed & (1 << Int32(ck_resize_split_bits) - 1))
      }
      if let pairs {
        let whole = Double(1 << ck_resize_pair_bits)
        let second = shares.count == 2 ? Int16((shares[1] * whole).rounded()) : 0
        pairs.advanced(by: 2 * row).initialize(to: Int16(whole) - second)
        pairs.advanced(by: 2 * row + 1).initialize(to: second)
      }
    }
    sourceEnd = sources.map { $0.upperBound - origin }.max() ?? 0
    axis = ck_resize_axis(
      count: Int32(count), taps: Int32(taps), starts: starts, lengths: lengths, weights: weights,
      split: split,
      pairs: pairs)
  }

  deinit {
    starts.deallocate()
    lengths.deallocate()
    weights.deallocate()
    split.deallocate()
    pairs?.deallocate()
  }

  /// The number of outputs along the axis.
  public var count: Int { Int(axis.count) }

  /// The number of weights for each output.
  public var taps: Int { Int(axis.taps) }

  /// Fractional bits of a weight.
  public static let weightBits = Int(ck_resize_weight_bits)

  /// The table for other devices: each output's first source, then each output's number of sources, then each
  /// output's `taps` weights.
  public var numbers: [Int32] {
    Array(UnsafeBufferPointer(start: starts, count: count))
      + UnsafeBufferPointer(start: lengths, count: count)
      + UnsafeBufferPointer(start: weights, count: count * taps)
  }
}
