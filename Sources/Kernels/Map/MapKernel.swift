import CKernels

/// One implementation of what planes of floats need to become maps of another size; all give the same result.
///
/// Callers guarantee the room that each operation names.
public struct MapKernel: Kernel {
  private let implementation: Implementation<ck_map_implementation>

  public static let all = Implementation.all(ck_map_implementation_at) { $0.is_supported() }
    .map(MapKernel.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// `destination[x]`: the sum over taps of `weights[tap · width + x] · source[places[tap · width + x]]`.
  public func gather(
    _ source: UnsafePointer<Float>, places: UnsafePointer<Int32>, weights: UnsafePointer<Float>, taps: Int,
    width: Int, to destination: UnsafeMutablePointer<Float>
  ) {
    implementation.functions.gather(source, places, weights, Int32(taps), Int32(width), destination)
  }

  /// `destination[x]`: the sum over taps of `weights[tap] · rows[tap][x]`.
  public func blend(
    _ rows: UnsafePointer<UnsafePointer<Float>?>, weights: UnsafePointer<Float>, taps: Int, width: Int,
    to destination: UnsafeMutablePointer<Float>
  ) {
    implementation.functions.blend(rows, weights, Int32(taps), Int32(width), destination)
  }

  /// The number of the plane that is largest at each place, of the planes `weights[0] · top + weights[1] · bottom`; of
  /// equal ones the first.
  ///
  /// - Parameters:
  ///   - stride: floats from one plane to the next.
  ///   - planes: 1…256.
  public func best(
    _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>, weights: UnsafePointer<Float>, stride: Int,
    planes: Int, width: Int, to numbers: UnsafeMutablePointer<UInt8>
  ) {
    implementation.functions.best(top, bottom, weights, stride, Int32(planes), Int32(width), numbers)
  }

  /// The largest of the planes at each place, and its number; of equal ones the first.
  ///
  /// - Returns: whether no number is NaN or +∞.
  public func maximum(
    _ planes: UnsafePointer<Float>, stride: Int, count: Int, width: Int,
    to values: UnsafeMutablePointer<Float>, _ numbers: UnsafeMutablePointer<Int32>
  ) -> Bool {
    implementation.functions.maximum(planes, stride, Int32(count), Int32(width), values, numbers)
  }

  /// 1 where a number is above the threshold, else 0.
  public func above(
    _ threshold: Float, _ numbers: UnsafePointer<Float>, count: Int,
    to destination: UnsafeMutablePointer<UInt8>
  ) {
    implementation.functions.above(numbers, threshold, count, destination)
  }

  public func areFinite(_ numbers: UnsafePointer<Float>, count: Int) -> Bool {
    implementation.functions.are_finite(numbers, count)
  }
}
