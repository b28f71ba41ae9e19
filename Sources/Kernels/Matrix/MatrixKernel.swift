import CKernels

/// One implementation of matrix products and a dense layer's other operations.
///
/// Implementations agree up to rounding. Each is deterministic bit for bit, and a row of a product depends on
/// no other row. Matrices are laid out as in `Matrix`; their padding stays zero. Nothing allocates.
public struct MatrixKernel: Kernel {
  private let implementation: Implementation<ck_matrix_implementation>

  public static let all = Implementation.all(ck_matrix_implementation_at) { $0.is_supported() }
    .map(MatrixKernel.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// The operation on a sum before it is stored.
  public enum Finish {
    case none
    case relu
    /// With an absolute error below 4 · 10⁻⁷.
    case tanh
    /// Multiplied by the activation's derivative at its outputs, `[rows, columns]`.
    case reluGradient(outputs: MatrixView)
    case tanhGradient(outputs: MatrixView)
  }

  /// c = finish(a · b + bias), or finish(c + a · b + bias).
  ///
  /// The caller guarantees that c `[m, n]`, a `[m, k]` (stored `[k, m]` if `transposed`), b `[k, n]`, bias
  /// (`n` floats, padded, aligned) and the outputs of `finish` fit together, and that c overlaps only the
  /// outputs.
  public func multiply(
    _ a: MatrixView, transposed: Bool = false, by b: MatrixView, bias: UnsafePointer<Float>? = nil,
    accumulating: Bool = false, finish: Finish = .none, into c: MatrixView
  ) {
    var product = ck_product(a, b, c, depth: b.rows, bias: bias, finish: finish)
    product.transposes_a = transposed
    product.accumulates = accumulating
    run(implementation.functions.multiply, product)
  }

  private typealias Multiplication = @convention(c) (UnsafePointer<ck_product>?) -> Void

  /// Split by rows, which are independent, so that the bits are the same with two threads.
  private func run(_ multiply: Multiplication, _ product: ck_product) {
    typealias Part = (multiply: Multiplication, product: ck_product)
    func part(_ rows: Range<Int>) -> Part { (multiply, product.part(rows)) }
    ComputeThreads.run(over: Int(product.rows), worthwhile: product.isWorthHalving, part) { part in
      guard let part = part?.assumingMemoryBound(to: Part.self).pointee else { return }
      withUnsafePointer(to: part.product, part.multiply)
    }
  }

  /// The most columns of `multiply(_:byTransposed:)`.
  public static let narrowColumns = Int(ck_narrow_columns)

  /// c = finish(a · bᵀ + bias) for a narrow c, by dot products of rows.
  ///
  /// The caller guarantees that c `[m, n]`, a `[m, k]`, b `[n, k]` and bias (`n` floats) fit together, that n
  /// is at most `narrowColumns`, that `finish` is no gradient and that c overlaps nothing else.
  public func multiply(
    _ a: MatrixView, byTransposed b: MatrixView, bias: UnsafePointer<Float>? = nil, finish: Finish = .none,
    into c: MatrixView
  ) {
    run(
      implementation.functions.multiply_by_transposed,
      ck_product(a, b, c, depth: b.columns, bias: bias, finish: finish))
  }

  /// destination `[columns, rows]` = source `[rows, columns]` transposed.
  public func transpose(_ source: MatrixView, into destination: MatrixView) {
    typealias Part = (kernel: MatrixKernel, source: MatrixView, destination: MatrixView)
    func part(_ rows: Range<Int>) -> Part {
      (self, source.rows(rows), destination.columns(rows))
    }
    let worthwhile = source.rows * source.columns >= ComputeThreads.leastParameters
    ComputeThreads.run(over: source.rows, worthwhile: worthwhile, part) { part in
      guard let (kernel, source, destination) = part?.assumingMemoryBound(to: Part.self).pointee else {
        return
      }
      kernel.implementation.functions.transpose(
        source.pointer, source.stride, Int32(truncatingIfNeeded: source.rows),
        Int32(truncatingIfNeeded: source.columns), destination.pointer, destination.stride)
    }
  }

  /// sums (`matrix.columns` floats, padded, aligned) = the sum of the rows.
  public func columnSums(of matrix: MatrixView, into sums: UnsafeMutablePointer<Float>) {
    implementation.functions.column_sums(
      matrix.pointer, matrix.stride, Int32(truncatingIfNeeded: matrix.rows),
      Int32(truncatingIfNeeded: matrix.columns), sums)
  }

  /// gradient *= 1 where the outputs of a ReLU are positive, 0 elsewhere.
  public func multiplyByReLUDerivative(_ gradient: MatrixView, outputs: MatrixView) {
    multiplyByDerivative(ck_finish_relu_gradient, gradient, outputs)
  }

  /// gradient *= 1 − outputs², for the outputs of tanh.
  public func multiplyByTanhDerivative(_ gradient: MatrixView, outputs: MatrixView) {
    multiplyByDerivative(ck_finish_tanh_gradient, gradient, outputs)
  }

  private func multiplyByDerivative(_ finish: ck_finish, _ gradient: MatrixView, _ outputs: MatrixView) {
    implementation.functions.multiply_by_derivative(
      finish, outputs.pointer, outputs.stride, Int32(truncatingIfNeeded: gradient.rows),
      Int32(truncatingIfNeeded: gradient.columns), gradient.pointer, gradient.stride)
  }
}

extension ck_product {
  /// Two of A, B and C are activations, the third is weights.
  fileprivate var isWorthHalving: Bool {
    let (batch, width) = transposes_a ? (depth, max(rows, columns)) : (rows, max(depth, columns))
    return rows >= 2 * Matrix.padding && ComputeThreads.isWorthwhile(batch: Int(batch), width: Int(width))
  }

  /// The product for some of the rows.
  fileprivate func part(_ range: Range<Int>) -> ck_product {
    var part = self
    part.rows = Int32(truncatingIfNeeded: range.count)
    part.a += transposes_a ? range.lowerBound : range.lowerBound * a_stride
    part.c += range.lowerBound * c_stride
    if outputs != nil { part.outputs += range.lowerBound * outputs_stride }
    return part
  }

  fileprivate init(
    _ a: MatrixView, _ b: MatrixView, _ c: MatrixView, depth: Int, bias: UnsafePointer<Float>?,
    finish: MatrixKernel.Finish
  ) {
    self.init()
    rows = Int32(truncatingIfNeeded: c.rows)
    columns = Int32(truncatingIfNeeded: c.columns)
    self.depth = Int32(truncatingIfNeeded: depth)
    self.a = UnsafePointer(a.pointer)
    a_stride = a.stride
    self.b = UnsafePointer(b.pointer)
    b_stride = b.stride
    self.c = c.pointer
    c_stride = c.stride
    self.bias = bias
    switch finish {
    case .none: self.finish = ck_finish_none
    case .relu: self.finish = ck_finish_relu
    case .tanh: self.finish = ck_finish_tanh
    case .reluGradient(let outputs):
      self.finish = ck_finish_relu_gradient
      self.outputs = UnsafePointer(outputs.pointer)
      outputs_stride = outputs.stride
    case .tanhGradient(let outputs):
      self.finish = ck_finish_tanh_gradient
      self.outputs = UnsafePointer(outputs.pointer)
      outputs_stride = outputs.stride
    }
  }
}
