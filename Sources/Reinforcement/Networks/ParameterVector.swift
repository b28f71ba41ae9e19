import Kernels

/// All parameters of a network, and their gradients: two vectors of equal length, aligned to 64 bytes.
///
/// Layers own ranges of it in their own layout, with zeros as padding. Operations on the whole vector
/// (optimisers, averages, norms) see the zeros and keep them.
///
/// With a network on a device, the device's parameters count, and these are a copy: `fetch` before reading
/// them, `push` after writing them.
public final class ParameterVector {
  /// The number of floats, including padding.
  public let count: Int
  /// `count` floats.
  public let values: UnsafeMutablePointer<Float>
  /// `count` floats.
  public let gradients: UnsafeMutablePointer<Float>
  /// The device's parameters; `nil` on the host.
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

  /// Updates the values from the device, if there is one.
  public func fetch() { mirror?.fetch() }

  /// Passes the values to the device, if there is one.
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
    // A number that isn't finite becomes NaN when multiplied by zero.
    var sum: Float = 0
    for index in 0..<count { sum += values[index] * 0 }
    return sum == 0
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      .initializeMemory(as: Float.self, repeating: 0, count: count)
  }
}
