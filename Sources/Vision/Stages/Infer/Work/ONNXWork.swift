import Basics
import Dataflow
import Foundation

/// The work of a network in an ONNX file for one item, operation by operation.
///
/// Activations and normalisations count as part of the operation before them, as engines fuse them; batches
/// are of one.
package struct ONNXWork {
  private var shapes: [String: [Int]] = [:]
  private var constants: Set<String> = []
  package private(set) var kernels: [Work.Kernel] = []
  /// Numbers of the network's input.
  private(set) var inputCount = 0.0

  /// - Parameter item: the shape of an input without the batch, where the file leaves it open.
  /// - Returns: `nil` if the file can't be read or has an operation whose result's shape is not known.
  init?(contentsOf path: String, item: [Int?]? = nil) {
    guard let data = try? Data.read(path, atMost: ModelFile.maximumBytes),
      let work = data.withUnsafeBytes({ ONNXWork($0, item: item) })
    else { return nil }
    self = work
  }

  /// - Parameter bytes: the contents of a file.
  package init?(_ bytes: UnsafeRawBufferPointer, item: [Int?]? = nil) {
    guard let graph = try? ONNXGraphHeader(model: ProtobufReader(bytes)), read(graph, item) else {
      return nil
    }
  }

  private mutating func read(_ graph: ONNXGraphHeader, _ item: [Int?]?) -> Bool {
    for (name, shape) in graph.constants {
      constants.insert(name)
      shapes[name] = shape
    }
    for input in graph.inputs where !constants.contains(input.name) {
      guard let shape = Self.shape(input.shape, item) else { return false }
      shapes[input.name] = shape
      inputCount += count(shape)
    }
    for node in graph.nodes {
      guard let shape = add(node) else { return false }
      shapes[node.output] = shape
    }
    return true
  }

  /// An input's shape, with one item.
  private static func shape(_ declared: [Int?]?, _ item: [Int?]?) -> [Int]? {
    guard let declared else { return nil }
    var extents: [Int] = []
    for (axis, declared) in declared.enumerated() {
      let given = axis > 0 && axis <= item?.count ?? 0 ? item?[axis - 1] : nil
      guard let extent = axis == 0 ? 1 : declared ?? given else { return nil }
      extents.append(extent)
    }
    return extents
  }

  /// Adds an operation's work, and returns its output's shape.
  private mutating func add(_ node: ONNXNode) -> [Int]? {
    let inputs = node.inputs.compactMap { shapes[$0] }
    guard let input = inputs.first, inputs.allSatisfy(Self.isSensible) else { return nil }
    let second = inputs.dropFirst().first
    switch node.operation {
    case "Relu", "Clip", "BatchNormalization", "Sigmoid", "HardSigmoid", "HardSwish", "LeakyRelu", "Tanh",
      "Identity", "Dropout", "Softmax", "Cast", "Abs":
      return input
    case "Conv":
      guard let weights = second, weights.count == input.count, input.count > 2,
        let extents = node.windowed(input[2...], kernel: weights[2...])
      else { return nil }
      let output = [input[0], weights[0]] + extents
      append(2 * count(output) * count(weights[1...]), input, output, weights)
      return output
    case "Gemm", "MatMul":
      guard let weights = second, weights.count == 2, let depth = input.last else { return nil }
      let output = input.dropLast() + [weights[node.integer("transB", else: 0) != 0 ? 0 : 1]]
      append(2 * count(output) * Double(depth), input, Array(output), weights)
      return Array(output)
    case "MaxPool", "AveragePool":
      guard let kernel = node.integers("kernel_shape"), input.count > 2,
        let extents = node.windowed(input[2...], kernel: kernel[...])
      else { return nil }
      let output = input[..<2] + extents
      append(count(output) * count(kernel), input, Array(output))
      return Array(output)
    case "GlobalAveragePool":
      let output = input.enumerated().map { $0 < 2 ? $1 : 1 }
      append(count(input), input, output)
      return output
    case "ReduceMean":
      let axes = (node.integers("axes") ?? []).map { $0 < 0 ? $0 + input.count : $0 }
      guard !axes.isEmpty else { return nil }
      let keeps = node.integer("keepdims", else: 1) != 0
      let output = input.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : input[$0] }
      append(count(input), input, output)
      return output
    case "Flatten":
      let axis = node.integer("axis", else: 1)
      guard (0...input.count).contains(axis) else { return nil }
      return [Int(count(input[..<axis])), Int(count(input[axis...]))]
    case "Add", "Mul", "Sub":
      guard let output = inputs.max(by: { count($0) < count($1) }) else { return nil }
      // A constant is folded into the operation before.
      if !node.inputs.contains(where: constants.contains) { append(count(output), output, output, reads: 2) }
      return output
    case "Concat":
      let axis = node.integer("axis", else: 1)
      guard input.indices.contains(axis), inputs.allSatisfy({ $0.count == input.count }) else { return nil }
      var output = input
      output[axis] = inputs.reduce(0) { $0 + $1[axis] }
      append(0, output, output)
      return output
    default: return nil
    }
  }

  private mutating func append(
    _ flops: Double, _ input: [Int], _ output: [Int], _ weights: [Int] = [], reads: Double = 1
  ) {
    kernels.append(
      Work.Kernel(
        flops: flops, bytes: 4 * (reads * count(input) + count(output)),
        sharedBytes: weights.isEmpty ? 0 : 4 * count(weights)))
  }

  private func count(_ extents: some Sequence<Int>) -> Double { extents.reduce(1) { $0 * Double($1) } }

  /// Whether a shape is small enough to compute with; a damaged file may have any.
  private static func isSensible(_ shape: [Int]) -> Bool {
    shape.count <= 16 && shape.allSatisfy { (0...1 << 24).contains($0) }
      && shape.reduce(1) { $0 * Double($1) } < 1e12
  }
}
