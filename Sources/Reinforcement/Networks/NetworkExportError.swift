/// Why a network can't be written as ONNX.
public enum NetworkExportError: Error, CustomStringConvertible {
  case unavailable

  public var description: String { "this network can't be exported yet" }
}
