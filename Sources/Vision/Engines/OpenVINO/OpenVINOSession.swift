import COpenVINO

/// A model loaded by OpenVINO.
final class OpenVINOSession: EngineSession {
  let inputs: [TensorDescription]
  let outputs: [TensorDescription]
  let limits: TensorLimits
  let requests: OpenVINORequests

  /// - Parameter file: the interface in the model's file.
  init(_ requests: OpenVINORequests, _ file: ONNXInterface?, limits: TensorLimits) {
    self.requests = requests
    self.limits = limits
    let model = requests.model
    inputs = (0..<openvino_model_input_count(model)).map {
      let name = String(cString: openvino_model_input_name(model, $0))
      return openvino_model_input(model, $0).description(named: name, file)
    }
    outputs = (0..<openvino_model_output_count(model)).map {
      let name = String(cString: openvino_model_output_name(model, $0))
      return openvino_model_output(model, $0).description(named: name, file)
    }
  }

  func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
    let request = try requests.take()
    defer { requests.giveBack(request) }
    return try run(tensors, on: request)
  }

  /// A new request's first run allocates, and takes several times as long as later ones.
  func reserve() throws(EngineError) {
    guard let request = try requests.reserve() else { return }
    defer { requests.add(request) }
    if let zeros = try Tensor.zeros(for: inputs, limits) { _ = try run(zeros, on: request) }
  }

  private func run(_ tensors: [Tensor], on request: OpaquePointer) throws(EngineError) -> [Tensor] {
    try run(
      tensors,
      call: { (given: [openvino_tensor], taken: inout [openvino_tensor]) in
        takeReason(openvino_request_run(request, given, &taken))
      },
      // The request's next run overwrites this memory.
      take: { (index, native) throws(EngineError) in
        let result = try native.result(named: outputs[index].name, limits)
        let tensor = try Tensor(result.element, shape: result.shape)
        tensor.bytes.copyMemory(from: UnsafeRawBufferPointer(result.bytes))
        return tensor
      })
  }
}

extension openvino_tensor: NativeTensor {
  static func number(of element: ElementType) -> Int32 {
    let number =
      switch element {
      case .float32: OPENVINO_FLOAT32
      case .float64: OPENVINO_FLOAT64
      case .float16: OPENVINO_FLOAT16
      case .uint8: OPENVINO_UINT8
      case .uint16: OPENVINO_UINT16
      case .uint32: OPENVINO_UINT32
      case .uint64: OPENVINO_UINT64
      case .int8: OPENVINO_INT8
      case .int16: OPENVINO_INT16
      case .int32: OPENVINO_INT32
      case .int64: OPENVINO_INT64
      case .bool: OPENVINO_BOOL
      }
    return Int32(bitPattern: number.rawValue)
  }
}
