import Foundation

/// A tiny network written as an ONNX file: the mean of each channel times a matrix of weights.
///
/// With the default weights, class 0 is the redness of the image, 1 the greenness, 2 the blueness, and each class
/// after those is a little less than the one three before.
public struct ONNXModel: Sendable {
  /// Element types by their numbers in ONNX.
  public enum Element: Int, Sendable, CaseIterable {
    case float32 = 1
    case uint8, int8, uint16, int16, int32, int64
    case string, bool, float16, float64, uint32, uint64
  }

  public var classes = 6
  public var side: Int? = 16
  /// `nil`: any number at once.
  public var batch: Int?
  public var isNHWC = false
  public var element = Element.float32
  /// A second input, added to the first.
  public var hasSecondInput = false
  /// Lists the weights among the graph's inputs too, as files of before 2019 do.
  public var listsWeightsAsInputs = false
  /// Gives the pixels without their signs, and not the scores.
  public var givesPixels = false
  /// Gives the best class's number (int64) and not the scores.
  public var givesArgMax = false
  public var bias: [Float] = []
  /// Asks for a shape in the end that the scores of a batch of 1 don't have, which nobody sees before the network runs. Needs a
  /// free `batch`.
  public var failsWhenRun = false
  /// Keeps the matrix of weights in this file beside the model, and not in it.
  public var weightsFile: String?

  public init(_ change: (inout ONNXModel) -> Void = { _ in }) { change(&self) }

  /// The file.
  public var data: Data {
    var model = ProtocolBuffer()
    model.add(1, listsWeightsAsInputs ? 3 : 8)  // The format's version.
    model.add(8) {
      $0.add(1, "")
      $0.add(2, 13)  // The operators' version.
    }
    model.add(7, graph)
    return model.bytes
  }

  private func graph(_ graph: inout ProtocolBuffer) {
    graph.add(2, "test")
    var pixels = "image"
    func node(_ operation: String, _ inputs: [String], _ output: String, _ attributes: [(String, [Int])] = [])
    {
      graph.add(1) { Self.node(&$0, operation, inputs, output, attributes) }
    }
    if hasSecondInput {
      node("Add", ["image", "offset"], "sum")
      pixels = "sum"
    }
    if element != .float32 {
      node("Cast", [pixels], "float", [("to", [1])])
      pixels = "float"
    }
    if givesPixels { node("Abs", [pixels], "scores") }
    node("ReduceMean", [pixels], "mean", [("axes", isNHWC ? [1, 2] : [2, 3]), ("keepdims", [0])])
    node("MatMul", ["mean", "weight"], "product")
    node("Add", ["product", "bias"], givesArgMax || givesPixels || failsWhenRun ? "sums" : "scores")
    if failsWhenRun { node("Reshape", ["sums", "sevenfold"], "scores") }
    if givesArgMax { node("ArgMax", ["sums"], "scores", [("axis", [1]), ("keepdims", [0])]) }

    graph.add(5) { tensor in
      if let weightsFile {
        for extent in [3, classes] { tensor.add(1, extent) }
        tensor.add(2, 1)
        tensor.add(8, "weight")
        for (key, value) in [("location", weightsFile), ("length", "\(weights.count)")] {
          tensor.add(13) {
            $0.add(1, key)
            $0.add(2, value)
          }
        }
        tensor.add(14, 1)
      } else {
        Self.tensor(&tensor, "weight", [3, classes], weights)
      }
    }
    graph.add(5) {
      let bias = bias.isEmpty ? Array(repeating: 0, count: classes) : bias
      Self.tensor(&$0, "bias", [classes], bias.withUnsafeBytes { Data($0) })
    }
    if failsWhenRun { graph.add(5) { Self.integers(&$0, "sevenfold", [7, classes]) } }

    let shape = isNHWC ? [batch, side, side, 3] : [batch, 3, side, side]
    graph.add(11) { Self.value(&$0, "image", element.rawValue, shape) }
    if hasSecondInput { graph.add(11) { Self.value(&$0, "offset", element.rawValue, shape) } }
    if listsWeightsAsInputs {
      graph.add(11) { Self.value(&$0, "weight", 1, [3, classes]) }
      graph.add(11) { Self.value(&$0, "bias", 1, [classes]) }
    }
    graph.add(12) {
      let outputShape = givesPixels ? shape : givesArgMax ? [batch] : [batch, classes]
      Self.value(&$0, "scores", givesArgMax ? 7 : 1, outputShape)
    }
  }

  /// The matrix of weights as it is stored.
  public var weights: Data {
    var weights: [Float] = []
    for channel in 0..<3 {
      for index in 0..<classes { weights.append(index % 3 == channel ? 1 - 0.01 * Float(index / 3) : 0) }
    }
    return weights.withUnsafeBytes { Data($0) }
  }

  private static func node(
    _ node: inout ProtocolBuffer, _ operation: String, _ inputs: [String], _ output: String,
    _ attributes: [(String, [Int])]
  ) {
    for input in inputs { node.add(1, input) }
    node.add(2, output)
    node.add(3, output)
    node.add(4, operation)
    for (name, values) in attributes {
      let isList = name == "axes"
      node.add(5) { attribute in
        attribute.add(1, name)
        for value in values { attribute.add(isList ? 8 : 3, value) }
        attribute.add(20, isList ? 7 : 2)
      }
    }
  }

  private static func tensor(
    _ tensor: inout ProtocolBuffer, _ name: String, _ shape: [Int], _ values: Data
  ) {
    for extent in shape { tensor.add(1, extent) }
    tensor.add(2, 1)
    tensor.add(8, name)
    tensor.add(9, values)
  }

  private static func integers(_ tensor: inout ProtocolBuffer, _ name: String, _ values: [Int]) {
    tensor.add(1, values.count)
    tensor.add(2, 7)
    tensor.add(8, name)
    tensor.add(9, values.map(Int64.init).withUnsafeBytes { Data($0) })
  }

  private static func value(_ value: inout ProtocolBuffer, _ name: String, _ element: Int, _ shape: [Int?]) {
    value.add(1, name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, element)
        tensor.add(2) { dimensions in
          for (index, extent) in shape.enumerated() {
            dimensions.add(1) { dimension in
              if let extent { dimension.add(1, extent) } else { dimension.add(2, "d\(index)") }
            }
          }
        }
      }
    }
  }
}
