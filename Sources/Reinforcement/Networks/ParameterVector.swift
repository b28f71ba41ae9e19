import Kernels

/// All parameters of a network, and their gradients: two vectors of equal length, aligned to 64 bytes.
///
/// Layers own ranges of it, laid out as they need, with zeros where they pad; what is computed over all of it
/// (optimisers, averages, norms) sees zeros there and leaves them zero.
///
/// Where a device computes the network, its parameters are there, and these are a copy: `fetch` before reading
/// them, `push` after writing them.
public final class ParameterVector {
  public let count: Int
  public let values: UnsafeMutablePointer<Float>
  public let gradients: UnsafeMutablePointer<Float>
  /// What is on a device; `nil` if all is here.
  package var mirror: (any ParameterMirror)?

  /// All zeros. `count` is rounded up to whole vectors.
  public init(count: Int) {
    let padded = (max(count, 1) + Matrix.padding - 1) / Matrix.padding * Matrix.padding
    self.count = padded
    values = Self.zeros(padded)
    gradients = Self.zeros(padded)
  }

  deinit {
    UnsafeMutableRawPointer(values).deallocate()
    UnsafeMutableRawPointer(gradients).deallocate()
  }

  /// Brings the values up to date with those on a device; at once if there are none.
  public func fetch() { mirror?.fetch() }

  /// Hands the values on to a device, if they are there.
  public func push() { mirror?.push() }

  public func copyValues(from other: ParameterVector) {
    precondition(count == other.count, "parameters of different networks")
    if let mirror, let others = other.mirror { return mirror.copyValues(from: others) }
    other.fetch()
    values.update(from: other.values, count: count)
    push()
  }

  /// Whether every value is a finite number.
  public var isFinite: Bool {
    fetch()
    // What is no finite number stays none when it is multiplied with zero.
    var sum: Float = 0
    for index in 0..<count { sum += values[index] * 0 }
    return sum == 0
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      .initializeMemory(as: Float.self, repeating: 0, count: count)
  }
}
