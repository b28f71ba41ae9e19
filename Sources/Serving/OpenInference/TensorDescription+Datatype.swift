import Vision

extension ElementType {
  /// The Open Inference Protocol's name.
  var datatype: String {
    switch self {
    case .float32: "FP32"
    case .float16: "FP16"
    case .uint8: "UINT8"
    case .int32: "INT32"
    case .int64: "INT64"
    }
  }
}

extension TensorDescription {
  /// As the Open Inference Protocol writes it: −1 where an extent is free.
  var protocolShape: [Int] { shape.map { $0 ?? -1 } }

  /// For messages: what a client should send.
  var expectation: String { "\(element?.datatype ?? "an unknown type") of shape \(protocolShape)" }
}
