import Basics
import Dataflow

extension ONNXGraph {
  private static let formatVersion = 8
  private static let operatorSet = 17

  /// The file's bytes: a `ModelProto`, with the field numbers of `onnx.proto`.
  ///
  /// - Parameter metadata: facts about the model that tools show, in this order.
  public func serialised(metadata: [(key: String, value: String)] = []) -> [UInt8] {
    var model = ProtobufWriter()
    model.add(1, Self.formatVersion)
    model.add(2, "drivetrain")
    model.add(7, write)
    model.add(8) {
      $0.add(1, "")  // The standard operators.
      $0.add(2, Self.operatorSet)
    }
    for (key, value) in metadata {
      model.add(14) {
        $0.add(1, key)
        $0.add(2, value)
      }
    }
    return model.bytes
  }

  /// A GraphProto.
  private func write(_ graph: inout ProtobufWriter) {
    for node in nodes { graph.add(1) { node.write(to: &$0) } }
    graph.add(2, name)
    for constant in constants { graph.add(5) { constant.write(to: &$0) } }
    for input in inputs { graph.add(11) { input.write(to: &$0) } }
    for output in outputs { graph.add(12) { output.write(to: &$0) } }
  }
}

extension ONNXGraph.Node {
  /// A NodeProto, named after its output.
  fileprivate func write(to node: inout ProtobufWriter) {
    for input in inputs { node.add(1, input) }
    node.add(2, output)
    node.add(3, output)
    node.add(4, operation)
    for (name, value) in attributes {
      node.add(5) { attribute in
        attribute.add(1, name)
        switch value {
        case .integer(let integer):
          attribute.add(3, integer)
          attribute.add(20, 2)
        case .integers(let integers):
          for integer in integers { attribute.add(8, integer) }
          attribute.add(20, 7)
        }
      }
    }
  }
}

extension ONNXGraph.Constant {
  /// A TensorProto.
  fileprivate func write(to tensor: inout ProtobufWriter) {
    for extent in shape { tensor.add(1, extent) }
    tensor.add(2, ONNXGraph.Element.float32.rawValue)
    tensor.add(8, name)
    tensor.add(9, bytes: bytes)
  }
}

extension ONNXGraph.Border {
  /// A ValueInfoProto.
  fileprivate func write(to value: inout ProtobufWriter) {
    value.add(1, name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, element.rawValue)
        tensor.add(2) { shape in
          shape.add(1) { $0.add(2, "batch") }
          if let size { shape.add(1) { $0.add(1, size) } }
        }
      }
    }
  }
}
