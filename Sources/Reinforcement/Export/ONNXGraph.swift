/// A computation in ONNX's format, built operation by operation.
public struct ONNXGraph {
}
