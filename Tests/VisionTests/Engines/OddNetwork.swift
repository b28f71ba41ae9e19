import Foundation
import TestSupport
import Testing

@testable import Vision

/// A tensor's shape and numbers, to be compared.
struct Numbers: Sendable, Equatable {
  var shape: [Int]
  var floats: [Float] = []
  var integers: [Int64] = []

  /// Rows that alternate between bright and dark, as the seed says; all are dark where it is 0.
  static func rows(_ count: Int, _ seed: Int, width: Int = 6) -> Numbers {
    Numbers(
      shape: [count, width],
      floats: (0..<count * width).map { index in
        let isBright = seed > 0 && (index / width * 7 + seed) % 3 == 0
        return (isBright ? 1 : -1) * Float(1 + (index * 13 + seed * 101) % 97)
      })
  }

  var rows: [[Float]] {
    let width = shape.dropFirst().reduce(1, *)
    return (0..<shape[0]).map { Array(floats[($0 * width)..<(($0 + 1) * width)]) }
  }

  func rows(where isKept: ([Float]) -> Bool) -> Numbers {
    let kept = rows.filter(isKept)
    return Numbers(shape: [kept.count] + shape.dropFirst(), floats: kept.flatMap { $0 })
  }

  func tensor() throws -> Tensor {
    let tensor = try Tensor(integers.isEmpty ? .float32 : .int64, shape: shape)
    if integers.isEmpty {
      _ = tensor.data.update(fromContentsOf: floats)
    } else {
      _ = tensor.integers.update(fromContentsOf: integers)
    }
    return tensor
  }

  func isNear(_ other: Numbers) -> Bool {
    shape == other.shape && integers == other.integers && floats.count == other.floats.count
      && zip(floats, other.floats).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
  }
}

extension Numbers {
  init(_ tensor: Tensor) {
    shape = tensor.shape
    if tensor.element == .float32 { floats = Array(tensor.data) } else { integers = Array(tensor.integers) }
    withExtendedLifetime(tensor) {}
  }
}

/// A network whose answer is no row for each row of its first input, and what it should give, computed by other means.
struct OddNetwork: Sendable, CustomTestStringConvertible {
  let name: String
  let graph: ONNXFile
  /// For a number of rows; the numbers depend on the seed.
  let inputs: @Sendable (_ rows: Int, _ seed: Int) -> [Numbers]
  let expected: @Sendable ([Numbers]) -> [Numbers]

  var testDescription: String { name }

  /// Whether inputs' numbers decide how large the answer is, beyond how many rows are kept.
  var isSizedByNumbers: Bool { ["the k best", "expanded"].contains(name) }

  init(
    _ name: String, inputs: @escaping @Sendable (Int, Int) -> [Numbers],
    expected: @escaping @Sendable ([Numbers]) -> [Numbers], build: (inout ONNXFile) -> Void
  ) {
    self.name = name
    var graph = ONNXFile()
    build(&graph)
    self.graph = graph
    self.inputs = inputs
    self.expected = expected
  }

  static let all: [OddNetwork] = [
    compressed("detections", rows: "num_dets"), compressed("says a row for each", rows: "N"),
    OddNetwork(
      "of one image",
      inputs: { [.rows($0, $1)] }, expected: { [$0[0].rows { ($0.max() ?? 0) > 0 }, $0[0].best { $0 > 0 }] },
      build: {
        $0.input("x", ["rows", 6])
        $0.output("dets", ["n", 6])
        $0.output("scores", ["n"])
        keepBright(&$0, "x", "dets")
        $0.node("Compress", ["best", "isKept"], ["scores"], ["axis": .integer(0)])
      }),
    OddNetwork(
      "positions",
      inputs: { rows, seed in
        let numbers = (0..<rows).map { (row: Int) -> Float in (row * seed) % 3 == 1 ? 2 : 0 }
        return [Numbers(shape: [rows], floats: numbers)]
      },
      expected: { given in
        let found = given[0].floats.indices.filter { given[0].floats[$0] != 0 }.map(Int64.init)
        return [Numbers(shape: [1, found.count], integers: found)]
      },
      build: {
        $0.input("x", ["N"])
        $0.output("where", .int64, [1, "found"])
        $0.node("NonZero", ["x"], ["where"])
      }),
    OddNetwork(
      "the k best",
      inputs: { rows, seed in
        let distinct = (0..<rows * 6).map { Float(($0 * 7919 + seed) % 1009) }
        return [
          Numbers(shape: [rows * 6], floats: distinct), Numbers(shape: [1], integers: [Int64(seed % 6)]),
        ]
      },
      expected: { given in
        let numbers = given[0].floats
        let best = numbers.indices.sorted { numbers[$0] > numbers[$1] }.prefix(Int(given[1].integers[0]))
        return [
          Numbers(shape: [best.count], floats: best.map { numbers[$0] }),
          Numbers(shape: [best.count], integers: best.map(Int64.init)),
        ]
      },
      build: {
        $0.input("x", ["N"])
        $0.input("k", .int64, [1])
        $0.output("values", ["k"])
        $0.output("places", .int64, ["k"])
        $0.node("TopK", ["x", "k"], ["values", "places"], ["axis": .integer(0)])
      }),
    OddNetwork(
      "non-maximum suppression",
      inputs: { rows, seed in
        // Boxes that don't touch.
        let boxes = (0..<rows).flatMap { (row: Int) -> [Float] in
          let left = Float(3 * row)
          return [left, 0, left + 1, 1]
        }
        let scores = (0..<rows).map { (row: Int) -> Float in
          let isKept = seed > 0 && (row + seed) % 3 == 0
          return isKept ? 0.9 - Float(row) / 1000 : 0.1
        }
        return [
          Numbers(shape: [1, rows, 4], floats: boxes), Numbers(shape: [1, 1, rows], floats: scores),
        ]
      },
      expected: { given in
        let kept = given[1].floats.indices.filter { given[1].floats[$0] > 0.5 }
        return [Numbers(shape: [kept.count, 3], integers: kept.flatMap { [0, 0, Int64($0)] })]
      },
      build: {
        $0.input("boxes", [1, "N", 4])
        $0.input("scores", [1, 1, "N"])
        $0.output("selected", .int64, ["n", 3])
        $0.constant("most", [], integers: [1000])
        $0.constant("overlap", [], [0.5])
        $0.constant("least", [], [0.5])
        $0.node("NonMaxSuppression", ["boxes", "scores", "most", "overlap", "least"], ["selected"])
      }),
    OddNetwork(
      "size first",
      inputs: { rows, seed in
        [Numbers(shape: [2], floats: [Float(seed), 3]), .image(rows, seed)]
      },
      expected: { given in
        let first = given[0].floats[0]
        let means: [Float] = given[1].rows.map { $0.reduce(0, +) / Float($0.count) }
        let floats: [Float] = means.flatMap { [$0 * first, $0 * 3] }
        return [Numbers(shape: [means.count, 2], floats: floats)]
      },
      build: {
        $0.input("size", [2])
        $0.input("x", ["N", 3, "h", "w"])
        $0.output("y", ["N", 2])
        $0.node("ReduceMean", ["x"], ["mean"], ["axes": .integers([1, 2, 3]), "keepdims": .integer(1)])
        $0.node("Flatten", ["mean"], ["flat"], ["axis": .integer(1)])
        $0.node("Mul", ["flat", "size"], ["y"])
      }),
    OddNetwork(
      "sequence first",
      inputs: { rows, seed in
        var numbers = Numbers.rows(rows, seed, width: 8)
        numbers.shape = [rows, 2, 4]
        return [numbers]
      },
      expected: { given in
        var means = [Float](repeating: 0, count: 8)
        for row in given[0].rows {
          for index in 0..<8 { means[index] += row[index] / Float(given[0].shape[0]) }
        }
        return [Numbers(shape: [2, 4], floats: means)]
      },
      build: {
        $0.input("x", ["seq", "batch", 4])
        $0.output("y", ["batch", 4])
        $0.node("ReduceMean", ["x"], ["y"], ["axes": .integers([0]), "keepdims": .integer(0)])
      }),
    OddNetwork(
      "all rows",
      inputs: { rows, seed in
        var numbers = Numbers.rows(rows, seed, width: 18)
        numbers.shape = [rows, 3, 6]
        return [numbers]
      }, expected: { [Numbers(shape: [$0[0].shape[0] * 3, 6], floats: $0[0].floats)] },
      build: {
        $0.input("x", ["batch", 3, 6])
        $0.output("dets", ["rows", 6])
        $0.constant("shape", [2], integers: [-1, 6])
        $0.node("Reshape", ["x", "shape"], ["dets"])
      }),
    OddNetwork(
      "transposed",
      inputs: { [.rows($0, $1)] },
      expected: { given in
        let rows = given[0].rows
        let floats: [Float] = (0..<6).flatMap { column in rows.map { $0[column] } }
        return [Numbers(shape: [6, rows.count], floats: floats)]
      },
      build: {
        $0.input("x", ["N", 6])
        $0.output("y", [6, "N"])
        $0.node("Transpose", ["x"], ["y"], ["perm": .integers([1, 0])])
      }),
    OddNetwork(
      "one number",
      inputs: { [.rows($0, $1)] }, expected: { [Numbers(shape: [], floats: [$0[0].floats.max() ?? 0])] },
      build: {
        $0.input("x", ["N", 6])
        $0.output("y", [])
        $0.node("ReduceMax", ["x"], ["y"], ["keepdims": .integer(0)])
      }),
    OddNetwork(
      "the input itself", inputs: { [.rows($0, $1)] }, expected: { $0 },
      build: {
        $0.input("x", ["N", 6])
        $0.output("y", ["N", 6])
        $0.node("Identity", ["x"], ["y"])
      }),
    OddNetwork(
      "expanded",
      inputs: { rows, seed in
        [Numbers(shape: [1, 1], floats: [Float(seed)]), Numbers(shape: [2], integers: [Int64(rows), 5])]
      },
      expected: { given in
        let rows = Int(given[1].integers[0])
        return [Numbers(shape: [rows, 5], floats: Array(repeating: given[0].floats[0], count: rows * 5))]
      },
      build: {
        $0.input("x", [1, 1])
        $0.input("shape", .int64, [2])
        $0.output("y", ["a", "b"])
        $0.node("Expand", ["x", "shape"], ["y"])
      }),
  ]

  /// - Parameter rows: what the output's first extent is called.
  private static func compressed(_ name: String, rows: String) -> OddNetwork {
    OddNetwork(
      name, inputs: { [.rows($0, $1)] }, expected: { [$0[0].rows { ($0.max() ?? 0) > 0 }] },
      build: {
        $0.input("x", ["N", 6])
        $0.output("dets", [.named(rows), 6])
        keepBright(&$0, "x", "dets")
      })
  }

  private static func keepBright(_ graph: inout ONNXFile, _ input: String, _ output: String) {
    graph.constant("zero", [], [0])
    graph.node("ReduceMax", [input], ["best"], ["axes": .integers([1]), "keepdims": .integer(0)])
    graph.node("Greater", ["best", "zero"], ["isKept"])
    graph.node("Compress", [input, "isKept"], [output], ["axis": .integer(0)])
  }
}

extension Numbers {
  fileprivate func best(where isKept: (Float) -> Bool) -> Numbers {
    let kept = rows.map { $0.max() ?? 0 }.filter(isKept)
    return Numbers(shape: [kept.count], floats: kept)
  }

  fileprivate static func image(_ count: Int, _ seed: Int) -> Numbers {
    var numbers = Numbers.rows(count, seed, width: 3 * 4 * 5)
    numbers.shape = [count, 3, 4, 5]
    return numbers
  }
}
