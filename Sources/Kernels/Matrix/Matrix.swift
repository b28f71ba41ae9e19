/// A matrix of floats that owns its memory. It is row-major and aligned to 64 bytes, with rows padded to
/// whole vectors by zeros. Rows are an odd number of cache lines apart, so that a column doesn't fall on a
/// few sets of the cache.
///
/// Kernels may read and write the padding; they keep it zero.
public final class Matrix {
  public let view: MatrixView

  /// The widest vector, in floats; rows are padded to a multiple of it.
  public static let padding = 16

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    let stride = Self.stride(columns: columns)
    let count = max(rows, 1) * stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    view = MatrixView(
      memory.initializeMemory(as: Float.self, repeating: 0, count: count), rows: rows, columns: columns,
      stride: stride)
  }

  deinit { UnsafeMutableRawPointer(view.pointer).deallocate() }

  /// The floats from one row to the next in a matrix of this width.
  public static func stride(columns: Int) -> Int {
    let vectors = (max(columns, 1) + padding - 1) / padding
    // One vector is one line of 64 bytes. Narrow matrices fit the cache whole.
    return (vectors > 4 && vectors.isMultiple(of: 2) ? vectors + 1 : vectors) * padding
  }
}
