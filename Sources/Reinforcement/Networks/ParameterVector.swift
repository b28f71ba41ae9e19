import Kernels

/// All parameters of a network, and their gradients: two vectors of equal length, aligned to 64 bytes.
///
/// Layers own ranges of it, laid out as they need, with zeros where they pad; what is computed over all of it
/// (optimisers, averages, norms) sees zeros there and leaves them zero.
public final class ParameterVector {
  public let count: Int
  public let values: UnsafeMutablePointer<Float>
  public let gradients: UnsafeMutablePointer<Float>

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

  public func copyValues(from other: ParameterVector) {
    precondition(count == other.count, "parameters of different networks")
    values.update(from: other.values, count: count)
  }

  /// Whether every value is a finite number.
  public var isFinite: Bool {
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
