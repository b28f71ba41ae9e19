import CKernels

/// One implementation of 8-bit RGB → float, (x − mean) · scale; all give the same result.
public struct NormaliseKernel: Kernel {
  private let implementation: Implementation<ck_normalise_implementation>

  public static let all = Implementation.all(ck_normalise_implementation_at) { $0.is_supported() }
    .map(NormaliseKernel.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// The bytes past the end of a source row that may be read.
  public static let slack = ck_normalise_slack

  /// Mean and scale (1 / standard deviation) for red, green, blue, in units of 0…255.
  public struct Parameters: Sendable {
    let values: ck_normalisation

    public init(
      mean: (red: Float, green: Float, blue: Float), scale: (red: Float, green: Float, blue: Float)
    ) {
      values = ck_normalisation(
        mean: (mean.red, mean.green, mean.blue), scale: (scale.red, scale.green, scale.blue))
    }
  }

  /// `planes`: three planes of `width · height` floats, for red, green and blue.
  ///
  /// The caller guarantees that each plane has that much room and that `slack` bytes can be read past
  /// the last source row.
  public func planar(
    _ parameters: Parameters, from source: UnsafePointer<UInt8>, rowBytes: Int, width: Int, height: Int,
    to planes: (
      red: UnsafeMutablePointer<Float>, green: UnsafeMutablePointer<Float>, blue: UnsafeMutablePointer<Float>
    )
  ) {
    withUnsafePointer(to: parameters.values) { parameters in
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 3) { pointers in
        pointers.initializeElement(at: 0, to: planes.red)
        pointers.initializeElement(at: 1, to: planes.green)
        pointers.initializeElement(at: 2, to: planes.blue)
        implementation.functions.planar(
          parameters, source, rowBytes, Int32(width), Int32(height), pointers.baseAddress)
      }
    }
  }

  /// `destination`: `width · height` pixels of three floats, in the order red, green, blue, or
  /// reversed.
  ///
  /// The caller guarantees the room, and that `slack` bytes can be read past the last source row.
  public func interleaved(
    _ parameters: Parameters, from source: UnsafePointer<UInt8>, rowBytes: Int, width: Int, height: Int,
    reversed: Bool, to destination: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: parameters.values) {
      implementation.functions.interleaved(
        $0, source, rowBytes, Int32(width), Int32(height), reversed, destination)
    }
  }
}
