import Kernels

/// A bare matrix product of one shape, to know what the processor gives there.
struct Product: CustomStringConvertible {
  private let a: Matrix
  private let b: Matrix
  private let c: Matrix
  private let isTransposed: Bool
  private var stopwatch = Stopwatch()

  /// `[rows, depth] · [depth, columns]`, the first stored `[depth, rows]` if transposed.
  init(rows: Int, columns: Int, depth: Int, isTransposed: Bool) {
    a = isTransposed ? Matrix(rows: depth, columns: rows) : Matrix(rows: rows, columns: depth)
    b = Matrix(rows: depth, columns: columns)
    c = Matrix(rows: rows, columns: columns)
    self.isTransposed = isTransposed
  }

  var description: String {
    "\(c.view.rows) × \(c.view.columns) × \(b.view.rows)\(isTransposed ? ", first transposed" : "")"
  }

  /// GFLOP/s.
  var rate: Double {
    2 * Double(c.view.rows * c.view.columns * b.view.rows) / stopwatch.nanoseconds
  }

  mutating func measure(repetitions: Int) {
    stopwatch.measure(repetitions: repetitions) {
      MatrixKernel.fastest.multiply(a.view, transposed: isTransposed, by: b.view, into: c.view)
    }
  }
}
