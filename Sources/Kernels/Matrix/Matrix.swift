/// A matrix of floats that owns its memory: row-major, aligned to 64 bytes, each row padded with zeros to a whole
/// number of vectors, and with an odd number of cache lines from row to row, so that walking down a column
/// doesn't fall on a few sets of the cache.
///
/// Kernels may read and write the padding; they keep it zero.
public final class Matrix {
  public let view: MatrixView

  /// Floats in the widest vector; rows are padded to a multiple of it.
  public static let padding = 16

  /// All zeros.
  public init(rows: Int, columns: Int) {
    let stride = Self.stride(columns: columns)
    let count = max(rows, 1) * stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    view = MatrixView(
      memory.initializeMemory(as: Float.self, repeating: 0, count: count), rows: rows, columns: columns,
      stride: stride)
  }

  deinit { UnsafeMutableRawPointer(view.pointer).deallocate() }

  /// Floats from one row to the next in a matrix of this width.
  public static func stride(columns: Int) -> Int {
    let vectors = (max(columns, 1) + padding - 1) / padding
    // One vector is one line of 64 bytes. Narrow matrices fit the cache whole.
    return (vectors > 4 && vectors.isMultiple(of: 2) ? vectors + 1 : vectors) * padding
  }
}
