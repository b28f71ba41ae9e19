/// An unowned view of a row-major matrix of floats: `rows` × `columns`, with rows `stride` floats apart.
///
/// The memory must outlive the view, and a writer needs exclusive access. Networks and replay tables use the
/// layout of `Matrix`, whose guarantees the kernels rely on.
public struct MatrixView {
  public let pointer: UnsafeMutablePointer<Float>
  public let rows: Int
  public let columns: Int
  /// The floats from one row to the next.
  public let stride: Int

  @inlinable
  public init(_ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get { pointer[row &* stride &+ column] }
    nonmutating set { pointer[row &* stride &+ column] = newValue }
  }

  /// The elements of a row, without padding.
  @inlinable
  public func row(_ row: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer + row &* stride, count: columns)
  }

  /// Copies one row of a matrix with equal columns to a row of this one.
  @inlinable
  public func copyRow(_ row: Int, from other: MatrixView, row otherRow: Int) {
    (pointer + row &* stride).update(from: other.pointer + otherRow &* other.stride, count: columns)
  }

  @inlinable
  public func rows(_ range: Range<Int>) -> MatrixView {
    MatrixView(pointer + range.lowerBound &* stride, rows: range.count, columns: columns, stride: stride)
  }

  @inlinable
  public func prefix(_ count: Int) -> MatrixView {
    MatrixView(pointer, rows: count, columns: columns, stride: stride)
  }

  /// A range of columns; it begins at a multiple of `Matrix.padding`.
  @inlinable
  public func columns(_ range: Range<Int>) -> MatrixView {
    MatrixView(pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}
