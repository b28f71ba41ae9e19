import Testing

@testable import Kernels

/// Every implementation against sums in double precision, in each form, for sizes that fill tiles and that don't.
@Suite struct MatrixKernelTests {
  private static let sizes = [
    (1, 1, 1), (1, 2, 64), (1, 256, 3), (2, 17, 5), (3, 48, 9), (5, 33, 2), (7, 100, 31), (8, 16, 1),
    (9, 65, 64),
    (64, 64, 4), (64, 2, 64), (15, 300, 40), (33, 129, 130), (5, 50, 257),
  ]

  @Test(arguments: MatrixKernel.all, [false, true])
  func multiplies(kernel: MatrixKernel, transposed: Bool) {
    for (rows, columns, depth) in Self.sizes {
      let a = transposed ? random(depth, rows, seed: 1) : random(rows, depth, seed: 1)
      let b = random(depth, columns, seed: 2)
      let bias = random(1, columns, seed: 3)
      let before = random(rows, columns, seed: 4)
      let outputs = random(rows, columns, seed: 5)
      for finish in 0..<5 {
        for accumulating in [false, true] {
          let c = random(rows, columns, seed: 4)
          let usesBias = finish % 2 == 0
          kernel.multiply(
            a.view, transposed: transposed, by: b.view, bias: usesBias ? bias.view.pointer : nil,
            accumulating: accumulating, finish: Self.finish(finish, outputs.view), into: c.view)
          for row in 0..<rows {
            for column in 0..<columns {
              var sum = usesBias ? Double(bias.view[0, column]) : 0
              if accumulating { sum += Double(before.view[row, column]) }
              for k in 0..<depth {
                sum += Double(transposed ? a.view[k, row] : a.view[row, k]) * Double(b.view[k, column])
              }
              let expected = Self.finished(sum, finish, Double(outputs.view[row, column]))
              let error = abs(Double(c.view[row, column]) - expected)
              #expect(error < 1e-6 * Double(depth + 2), "\(rows) × \(columns) × \(depth), finish \(finish)")
            }
          }
          #expect(paddingIsZero(c))
        }
      }
    }
  }

  @Test(arguments: MatrixKernel.all, 1...MatrixKernel.narrowColumns)
  func multipliesByTransposed(kernel: MatrixKernel, columns: Int) {
    for (rows, depth) in [(1, 1), (1, 64), (2, 17), (3, 16), (5, 300), (16, 33), (33, 5), (64, 64)] {
      let a = random(rows, depth, seed: 1)
      let b = random(columns, depth, seed: 2)
      let bias = random(1, columns, seed: 3)
      for finish in 0..<3 {
        let c = random(rows, columns, seed: 4)
        let usesBias = finish != 1
        kernel.multiply(
          a.view, byTransposed: b.view, bias: usesBias ? bias.view.pointer : nil,
          finish: Self.finish(finish, c.view), into: c.view)
        for row in 0..<rows {
          for column in 0..<columns {
            var sum = usesBias ? Double(bias.view[0, column]) : 0
            for k in 0..<depth { sum += Double(a.view[row, k]) * Double(b.view[column, k]) }
            let expected = Self.finished(sum, finish, 0)
            let error = abs(Double(c.view[row, column]) - expected)
            #expect(error < 1e-6 * Double(depth + 2), "\(rows) × \(columns) × \(depth), finish \(finish)")
          }
        }
        #expect(paddingIsZero(c))
      }
    }
  }

  /// What one observation gives alone it gives among others too, bit for bit.
  @Test(arguments: MatrixKernel.all)
  func rowsDependOnNoOther(kernel: MatrixKernel) {
    let a = random(13, 70, seed: 1)
    let b = random(70, 130, seed: 2)
    let together = Matrix(rows: 13, columns: 130)
    let alone = Matrix(rows: 1, columns: 130)
    let narrow = random(3, 70, seed: 3)
    let narrowTogether = Matrix(rows: 13, columns: 3)
    let narrowAlone = Matrix(rows: 1, columns: 3)
    kernel.multiply(a.view, by: b.view, finish: .tanh, into: together.view)
    kernel.multiply(a.view, byTransposed: narrow.view, into: narrowTogether.view)
    for row in 0..<13 {
      let input = MatrixView(
        a.view.pointer + row * a.view.stride, rows: 1, columns: 70, stride: a.view.stride)
      kernel.multiply(input, by: b.view, finish: .tanh, into: alone.view)
      #expect(Array(alone.view.row(0)) == Array(together.view.row(row)))
      kernel.multiply(input, byTransposed: narrow.view, into: narrowAlone.view)
      #expect(Array(narrowAlone.view.row(0)) == Array(narrowTogether.view.row(row)))
    }
  }

  @Test(arguments: MatrixKernel.all)
  func transposes(kernel: MatrixKernel) {
    for (rows, columns, _) in Self.sizes {
      // Something that isn't zero follows the source's last row, as a layer's bias does.
      let source = random(rows + 20, columns, seed: 6)
      let destination = random(columns, rows, seed: 7)
      kernel.transpose(source.view.prefix(rows), into: destination.view)
      for row in 0..<rows {
        for column in 0..<columns { #expect(destination.view[column, row] == source.view[row, column]) }
      }
      #expect(paddingIsZero(destination))
    }
  }

  @Test(arguments: MatrixKernel.all)
  func sumsColumns(kernel: MatrixKernel) {
    for (rows, columns, _) in Self.sizes {
      let matrix = random(rows, columns, seed: 8)
      let sums = Matrix(rows: 1, columns: columns)
      kernel.columnSums(of: matrix.view, into: sums.view.pointer)
      for column in 0..<columns {
        let expected = (0..<rows).reduce(0.0) { $0 + Double(matrix.view[$1, column]) }
        #expect(abs(Double(sums.view[0, column]) - expected) < 1e-5)
      }
      #expect(paddingIsZero(sums))
    }
  }

  @Test(arguments: MatrixKernel.all)
  func multipliesByDerivatives(kernel: MatrixKernel) {
    let gradient = random(7, 37, seed: 9)
    let outputs = random(7, 37, seed: 10)
    let relu = random(7, 37, seed: 9)
    let tanh = random(7, 37, seed: 9)
    kernel.multiplyByReLUDerivative(relu.view, outputs: outputs.view)
    kernel.multiplyByTanhDerivative(tanh.view, outputs: outputs.view)
    for row in 0..<7 {
      for column in 0..<37 {
        let value = gradient.view[row, column]
        let output = outputs.view[row, column]
        #expect(relu.view[row, column] == (output > 0 ? value : 0))
        #expect(abs(tanh.view[row, column] - value * (1 - output * output)) < 1e-6)
      }
    }
    #expect(paddingIsZero(relu) && paddingIsZero(tanh))
  }

  @Test(arguments: MatrixKernel.all)
  func hyperbolicTangentIsPrecise(kernel: MatrixKernel) {
    let values = Matrix(rows: 1, columns: 40_001)
    func argument(_ index: Int) -> Float { Float(index - 20_000) * 1e-3 }
    for index in 0..<40_001 { values.view[0, index] = argument(index) }
    kernel.tanh(values)
    for index in 0..<40_001 {
      let expected = tangent(Double(argument(index)))
      #expect(abs(Double(values.view[0, index]) - expected) <= 4e-7 * abs(expected), "\(argument(index))")
    }
  }

  @Test(arguments: MatrixKernel.all)
  func hyperbolicTangentOfExtremes(kernel: MatrixKernel) {
    let values = Matrix(rows: 1, columns: 4)
    for (index, value) in [Float.infinity, -.infinity, .nan, 0].enumerated() { values.view[0, index] = value }
    kernel.tanh(values)
    #expect(abs(values.view[0, 0] - 1) < 4e-7 && abs(values.view[0, 1] + 1) < 4e-7)
    #expect(values.view[0, 2].isNaN && values.view[0, 3] == 0)
  }

  /// A weight that isn't a number must not vanish in a ReLU.
  @Test(arguments: MatrixKernel.all)
  func reluKeepsNotANumber(kernel: MatrixKernel) {
    let a = random(9, 1, seed: 1)
    let b = Matrix(rows: 1, columns: 1)
    b.view[0, 0] = .nan
    let c = Matrix(rows: 9, columns: 1)
    kernel.multiply(a.view, by: b.view, finish: .relu, into: c.view)
    #expect((0..<9).allSatisfy { c.view[$0, 0].isNaN })
  }

  private static func finish(_ number: Int, _ outputs: MatrixView) -> MatrixKernel.Finish {
    switch number {
    case 0: .none
    case 1: .relu
    case 2: .tanh
    case 3: .reluGradient(outputs: outputs)
    default: .tanhGradient(outputs: outputs)
    }
  }

  private static func finished(_ sum: Double, _ number: Int, _ output: Double) -> Double {
    switch number {
    case 0: sum
    case 1: max(sum, 0)
    case 2: tangent(sum)
    case 3: output > 0 ? sum : 0
    default: sum * (1 - output * output)
    }
  }
}

/// The hyperbolic tangent by its definition, in double precision.
private func tangent(_ x: Double) -> Double {
  // The series where the definition cancels.
  if abs(x) < 1e-2 { return x - x * x * x / 3 + 2 * x * x * x * x * x / 15 }
  var power = 1.0
  var term = 1.0
  let argument = -2 * abs(x) / 64
  for n in 1...20 {
    term *= argument / Double(n)
    power += term
  }
  for _ in 0..<6 { power *= power }
  return (x < 0 ? -1 : 1) * (1 - power) / (1 + power)
}

/// Values within ±1, padding zero.
private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  let matrix = Matrix(rows: rows, columns: columns)
  for row in 0..<rows {
    for column in 0..<columns {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      matrix.view[row, column] = Float(state >> 40) / Float(1 << 23) - 1
    }
  }
  return matrix
}

private func paddingIsZero(_ matrix: Matrix) -> Bool {
  let view = matrix.view
  return (0..<view.rows).allSatisfy { row in
    (view.columns..<view.stride).allSatisfy { view.pointer[row * view.stride + $0] == 0 }
  }
}

extension MatrixKernel {
  /// Each value of the only row becomes its hyperbolic tangent: that of its product with one.
  fileprivate func tanh(_ row: Matrix) {
    let one = Matrix(rows: 1, columns: 1)
    one.view[0, 0] = 1
    let result = Matrix(rows: 1, columns: row.view.columns)
    multiply(one.view, by: row.view, finish: .tanh, into: result.view)
    row.view.copyRow(0, from: result.view, row: 0)
  }
}
