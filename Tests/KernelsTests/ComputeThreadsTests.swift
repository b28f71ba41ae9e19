import Dispatch
import Testing

@testable import Kernels

/// A second thread changes when a product is done, and nothing else.
@Suite(.serialized) struct ComputeThreadsTests {
  @Test(arguments: [false, true]) func sameBits(transposed: Bool) {
    for (rows, columns, depth) in [(256, 256, 256), (300, 400, 256), (33, 512, 600)] {
      let product = Product(rows, columns, depth, transposed: transposed)
      for _ in 0..<5 {
        let (_, areSame) = bitsByThreads(product.computed)
        #expect(areSame)
      }
    }
  }

  /// Layers with one output, whose products are narrow.
  @Test func sameBitsNarrow() {
    let (a, b) = (Matrix(rows: 301, columns: 256), Matrix(rows: 3, columns: 256))
    for matrix in [a, b] { fill(matrix) }
    let (_, areSame) = bitsByThreads {
      let c = Matrix(rows: 301, columns: 3)
      MatrixKernel.fastest.multiply(a.view, byTransposed: b.view, finish: .tanh, into: c.view)
      return (0..<301).flatMap { Array(c.view.row($0)) }
    }
    #expect(areSame)
  }

  @Test(arguments: [(256, 256), (300, 401)]) func sameTransposed(rows: Int, columns: Int) {
    let source = Matrix(rows: rows, columns: columns)
    fill(source)
    ComputeThreads.count = 2
    let result = Matrix(rows: columns, columns: rows)
    MatrixKernel.fastest.transpose(source.view, into: result.view)
    ComputeThreads.count = 1
    for row in 0..<rows {
      for column in 0..<columns where result.view[column, row] != source.view[row, column] {
        Issue.record("\(row), \(column)")
      }
    }
  }

  @Test func sameParameters() {
    let count = 70_016
    let gradients = Matrix(rows: 1, columns: count)
    fill(gradients)
    let (one, areSame) = bitsByThreads {
      let vectors = (0..<4).map { _ in Matrix(rows: 1, columns: count) }
      let kernel = ParameterKernel.fastest
      for step in 1...3 {
        kernel.adam(
          ParameterKernel.AdamStep(learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step),
          gradients: gradients.view.pointer, firstMoments: vectors[0].view.pointer,
          secondMoments: vectors[1].view.pointer, values: vectors[2].view.pointer, count: count)
        kernel.interpolate(
          vectors[3].view.pointer, towards: vectors[2].view.pointer, weight: 0.3, count: count)
      }
      return vectors.flatMap { Array($0.view.row(0)) }
    }
    #expect(areSame)
    #expect(one.contains { $0 != 0 })
  }

  /// Compared here, since an expectation that fails would list what differs, for minutes.
  private func bitsByThreads(_ compute: () -> [Float]) -> (one: [Float], areSame: Bool) {
    ComputeThreads.count = 1
    let one = compute()
    ComputeThreads.count = 2
    defer { ComputeThreads.count = 1 }
    return (one, compute() == one)
  }

  /// There is one companion: whoever doesn't get it computes alone.
  @Test func severalCallers() {
    let expected = Product(256, 256, 256, transposed: false).computed()
    ComputeThreads.count = 2
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let product = Product(256, 256, 256, transposed: false)
      for _ in 0..<10 where product.computed() != expected { Issue.record("another product") }
    }
    ComputeThreads.count = 1
  }

  /// Asked of the function, since other trainings in this process set the number, too.
  @Test func oneOrTwo() {
    for (asked, given) in [(0, 1), (1, 1), (2, 2), (9, 2)] {
      #expect(ComputeThreads.permitted(asked) == given)
    }
  }

  private struct Product {
    let a, b, c, outputs: Matrix
    let transposed: Bool

    init(_ rows: Int, _ columns: Int, _ depth: Int, transposed: Bool) {
      (a, b) = (
        transposed ? Matrix(rows: depth, columns: rows) : Matrix(rows: rows, columns: depth),
        Matrix(rows: depth, columns: columns)
      )
      (c, outputs) = (Matrix(rows: rows, columns: columns), Matrix(rows: rows, columns: columns))
      self.transposed = transposed
      for matrix in [a, b, outputs] { fill(matrix) }
    }

    func computed() -> [Float] {
      MatrixKernel.fastest.multiply(
        a.view, transposed: transposed, by: b.view, finish: .reluGradient(outputs: outputs.view), into: c.view
      )
      return (0..<c.view.rows).flatMap { Array(c.view.row($0)) }
    }
  }
}

private func fill(_ matrix: Matrix) {
  for row in 0..<matrix.view.rows {
    for column in 0..<matrix.view.columns {
      matrix.view[row, column] = Float((row * 31 + column * 17) % 97) - 48
    }
  }
}
