import COnnxRuntime

/// A model loaded by ONNX Runtime.
///
/// Sendable: a session of ONNX Runtime may be run from several threads at once; everything else is constant.
final class ONNXRuntimeSession: EngineSession, @unchecked Sendable {
  let inputs: [TensorDescription]
  let outputs: [TensorDescription]
  private let session: OpaquePointer

  init(_ session: OpaquePointer) {
    self.session = session
    inputs = (0..<ort_session_input_count(session)).map {
      TensorDescription(
        name: String(cString: ort_session_input_name(session, $0)), tensor: ort_session_input(session, $0))
    }
    outputs = (0..<ort_session_output_count(session)).map {
      TensorDescription(
        name: String(cString: ort_session_output_name(session, $0)), tensor: ort_session_output(session, $0))
    }
  }

  deinit { ort_session_destroy(session) }

  func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
    try check(tensors)
    let batch = tensors.first?.shape.first ?? 1
    var results = outputs.map { Tensor($0, batch: batch) }
    let given = tensors.map { ort_tensor($0) }
    var taken = results.map { $0.map { ort_tensor($0) } ?? ort_tensor() }
    var held = [UnsafeMutableRawPointer?](repeating: nil, count: taken.count)
    if let reason = takeMessage(ort_session_run(session, given, &taken, &held)) {
      throw .failed(reason: reason)
    }
    defer { ort_release_outputs(session, &held) }
    for index in results.indices where results[index] == nil {
      results[index] = try Tensor(copying: taken[index], named: outputs[index].name)
    }
    return results.compactMap { $0 }
  }

  private func check(_ tensors: [Tensor]) throws(EngineError) {
    guard tensors.count == inputs.count else {
      throw .wrongInputs(expected: "\(inputs.count) tensors", found: "\(tensors.count)")
    }
    for (input, tensor) in zip(inputs, tensors) {
      guard let element = input.element else { throw .unsupportedType(tensor: input.name) }
      let fits =
        input.shape.count == tensor.shape.count
        && zip(input.shape, tensor.shape).allSatisfy { $0 == nil || $0 == $1 }
      guard fits, element == tensor.element, tensor.shape.count <= ORT_MAXIMUM_RANK else {
        throw .wrongInputs(expected: "\(input)", found: "\(tensor.element) \(tensor.shape)")
      }
    }
  }
}

extension ort_tensor {
  fileprivate init(_ tensor: Tensor) {
    self.init()
    data = tensor.bytes.baseAddress
    element = tensor.element.numberInONNX
    rank = Int32(tensor.shape.count)
    withUnsafeMutableBytes(of: &shape) { bytes in
      let dimensions = bytes.bindMemory(to: Int64.self)
      for (index, extent) in tensor.shape.enumerated() { dimensions[index] = Int64(extent) }
    }
  }

  fileprivate var extents: [Int] {
    withUnsafeBytes(of: shape) { Array($0.bindMemory(to: Int64.self).prefix(Int(rank))).map(Int.init) }
  }
}

extension ElementType {
  fileprivate init?(numberInONNX number: Int32) {
    guard let element = Self.allCases.first(where: { $0.numberInONNX == number }) else { return nil }
    self = element
  }

  fileprivate var numberInONNX: Int32 {
    let number =
      switch self {
      case .float32: ORT_FLOAT32
      case .uint8: ORT_UINT8
      case .int32: ORT_INT32
      case .int64: ORT_INT64
      case .float16: ORT_FLOAT16
      }
    return Int32(bitPattern: number.rawValue)
  }
}

extension TensorDescription {
  fileprivate init(name: String, tensor: ort_tensor) {
    self.init(
      name: name, element: ElementType(numberInONNX: tensor.element),
      shape: tensor.extents.map { $0 >= 0 ? $0 : nil })
  }
}

extension Tensor {
  /// Memory for an output whose shape is known once the batch is; `nil` for others.
  fileprivate convenience init?(_ output: TensorDescription, batch: Int) {
    guard let element = output.element, let first = output.shape.first,
      let shape = output.shape(batch: first ?? batch)
    else { return nil }
    self.init(element, shape: shape)
  }

  /// Copies an output that the runtime has allocated.
  fileprivate convenience init(copying source: ort_tensor, named name: String) throws(EngineError) {
    guard let element = ElementType(numberInONNX: source.element) else {
      throw .unsupportedType(tensor: name)
    }
    self.init(element, shape: source.extents)
    if let data = source.data {
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: data, count: bytes.count))
    }
  }
}
