import COpenVINO

/// A model loaded by OpenVINO.
final class OpenVINOSession: EngineSession {
  let inputs: [TensorDescription]
  let outputs: [TensorDescription]
  let requests: OpenVINORequests

  init(_ requests: OpenVINORequests) {
    self.requests = requests
    let model = requests.model
    inputs = (0..<openvino_model_input_count(model)).map {
      openvino_model_input(model, $0).description(
        named: String(cString: openvino_model_input_name(model, $0)))
    }
    outputs = (0..<openvino_model_output_count(model)).map {
      openvino_model_output(model, $0).description(
        named: String(cString: openvino_model_output_name(model, $0)))
    }
  }

  func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
    let request = try requests.take()
    defer { requests.giveBack(request) }
    return try run(tensors, on: request)
  }

  /// A new request's first run allocates, and takes several times as long as those after it.
  func reserve() throws(EngineError) {
    guard let request = try requests.reserve() else { return }
    defer { requests.add(request) }
    let zeros = inputs.compactMap { Tensor(zeros: $0) }
    if zeros.count == inputs.count { _ = try run(zeros, on: request) }
  }

  private func run(_ tensors: [Tensor], on request: OpaquePointer) throws(EngineError) -> [Tensor] {
    try run(
      tensors,
      call: { (given: [openvino_tensor], taken: inout [openvino_tensor]) in
        takeReason(openvino_request_run(request, given, &taken))
      })
  }
}

extension openvino_tensor: NativeTensor {
  static func number(of element: ElementType) -> Int32 {
    let number =
      switch element {
      case .float32: OPENVINO_FLOAT32
      case .uint8: OPENVINO_UINT8
      case .int32: OPENVINO_INT32
      case .int64: OPENVINO_INT64
      case .float16: OPENVINO_FLOAT16
      }
    return Int32(bitPattern: number.rawValue)
  }
}
