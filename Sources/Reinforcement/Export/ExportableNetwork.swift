/// A network with an ONNX form.
public protocol ExportableNetwork: Network {
  /// Writes the network's operations, reading the value `input` (float32 `[batch, inputSize]`).
  ///
  /// - Returns: the name of the output value, float32 `[batch, outputSize]`.
  func export(to graph: inout ONNXGraph, input: String) throws -> String
}
