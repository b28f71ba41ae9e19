import Dispatch
import Testing

@testable import Kernels

/// A second thread changes when a product is done, and nothing else.
@Suite(.serialized) struct ComputeThreadsTests {
  @Test(arguments: [false, true]) func sameBits(transposed: Bool) {
    for (rows, columns, depth) in [(256, 256, 256), (300, 400, 256), (33, 512, 600)] {
      let product = Product(rows, columns, depth, transposed: transposed)
      ComputeThreads.count = 1
      let expected = product.computed()
      ComputeThreads.count = 2
      for _ in 0..<5 { #expect(product.computed() == expected) }
      ComputeThreads.count = 1
    }
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

  @Test func oneOrTwo() {
    for (asked, given) in [(0, 1), (1, 1), (2, 2), (9, 2)] {
      ComputeThreads.count = asked
      #expect(ComputeThreads.count == given)
    }
    ComputeThreads.count = 1
  }

  private struct Product {
    let a, b, c: Matrix
    let transposed: Bool

    init(_ rows: Int, _ columns: Int, _ depth: Int, transposed: Bool) {
      (a, b) = (
        transposed ? Matrix(rows: depth, columns: rows) : Matrix(rows: rows, columns: depth),
        Matrix(rows: depth, columns: columns)
      )
      c = Matrix(rows: rows, columns: columns)
      self.transposed = transposed
      for matrix in [a, b] {
        for row in 0..<matrix.view.rows {
          for column in 0..<matrix.view.columns {
            matrix.view[row, column] = Float((row * 31 + column * 17) % 97) - 48
          }
        }
      }
    }

    func computed() -> [Float] {
      MatrixKernel.fastest.multiply(a.view, transposed: transposed, by: b.view, finish: .relu, into: c.view)
      return (0..<c.view.rows).flatMap { Array(c.view.row($0)) }
    }
  }
}
