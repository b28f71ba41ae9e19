/// A computation in ONNX's format, built operation by operation.
///
/// A value's name is the result of its operation. Inputs and outputs are matrices with a free first
/// dimension, `batch`, so the same file works for any number of observations:
///
///     var graph = ONNXGraph("policy")
///     let input = graph.input("observation", size: 4)
///     let hidden = graph.dense(input, weights: first.weights, bias: first.bias, activation: .relu)
///     let values = graph.dense(hidden, weights: last.weights, bias: last.bias)
///     graph.output(values, as: "q_values", size: 2)
///
/// The file has operator set 17 in format version 8, for ONNX Runtime from 1.12 on.
public struct ONNXGraph: Sendable {
  /// The type of a value's elements; the numbers are ONNX's.
  public enum Element: Int, Sendable {
    case float32 = 1
    case int64 = 7
  }

  /// A node's setting.
  enum Attribute: Sendable {
    case integer(Int)
    case integers([Int])
  }

  struct Node: Sendable {
    let operation: String
    var inputs: [String]
    var output: String
    let attributes: [(name: String, value: Attribute)]
  }

  /// Constant numbers in the file.
  struct Constant: Sendable {
    let name: String
    let shape: [Int]
    /// Of float32, little endian, the last dimension fastest.
    let bytes: [UInt8]
  }

  /// An input or output: `[batch, size]`, or `[batch]` without a size.
  struct Border: Sendable {
    let name: String
    let element: Element
    let size: Int?
  }

  public let name: String
  private(set) var nodes: [Node] = []
  private(set) var constants: [Constant] = []
  private(set) var inputs: [Border] = []
  private(set) var outputs: [Border] = []
  private var names: Set<String> = []

  public init(_ name: String) { self.name = name }

  /// Adds a float32 input `[batch, size]`.
  ///
  /// - Returns: `name`, the value's.
  @discardableResult
  public mutating func input(_ name: String, size: Int) -> String {
    take(name)
    inputs.append(Border(name: name, element: .float32, size: size))
    return name
  }

  /// Makes a value an output with a new name.
  ///
  /// - Parameter size: the numbers in a row; `nil`: one number without a dimension, `[batch]`.
  public mutating func output(_ value: String, as name: String, _ element: Element = .float32, size: Int?) {
    precondition(names.contains(value), "there is no value '\(value)'")
    if value == name || outputs.contains(where: { $0.name == value })
      || !nodes.contains(where: { $0.output == value })
    {
      // Each name belongs to one value, so an output that is an input, or has another name, needs a node.
      let copy = add("Identity", [value])
      rename(copy, to: name)
    } else {
      rename(value, to: name)
    }
    outputs.append(Border(name: name, element: element, size: size))
  }

  /// Adds constant numbers, the last dimension fastest; a scalar if `shape` is empty.
  public mutating func constant(_ numbers: [Float], shape: [Int]) -> String {
    precondition(numbers.count == shape.reduce(1, *), "\(numbers.count) numbers for the shape \(shape)")
    let name = freshName("Constant")
    let bytes = numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    constants.append(Constant(name: name, shape: shape, bytes: bytes))
    return name
  }

  /// Adds an operation.
  ///
  /// - Returns: the name of its output.
  mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [(name: String, value: Attribute)] = []
  ) -> String {
    for input in inputs { precondition(names.contains(input), "there is no value '\(input)'") }
    let output = freshName(operation)
    nodes.append(Node(operation: operation, inputs: inputs, output: output, attributes: attributes))
    return output
  }

  private mutating func rename(_ value: String, to name: String) {
    take(name)
    names.remove(value)
    for index in nodes.indices {
      if nodes[index].output == value { nodes[index].output = name }
      nodes[index].inputs = nodes[index].inputs.map { $0 == value ? name : $0 }
    }
  }

  private mutating func take(_ name: String) {
    precondition(!name.isEmpty && names.insert(name).inserted, "a value is named '\(name)' already")
  }

  private mutating func freshName(_ kind: String) -> String {
    var number = nodes.count + constants.count
    while !names.insert("\(kind)_\(number)").inserted { number += 1 }
    return "\(kind)_\(number)"
  }
}
