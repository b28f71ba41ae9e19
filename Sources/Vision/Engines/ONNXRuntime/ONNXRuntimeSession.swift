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
    var results = outputs.map { output in
      output.element == .float32 ? output.shape(batch: batch).map { Tensor(shape: $0) } : nil
    }
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
      guard input.element == .float32 else { throw .unsupportedType(tensor: input.name) }
      let fits =
        input.shape.count == tensor.shape.count
        && zip(input.shape, tensor.shape).allSatisfy { $0 == nil || $0 == $1 }
      guard fits, tensor.shape.count <= ORT_MAXIMUM_RANK else {
        throw .wrongInputs(expected: "\(input)", found: "float32 \(tensor.shape)")
      }
    }
  }
}

extension ort_tensor {
  fileprivate init(_ tensor: Tensor) {
    self.init()
    data = UnsafeMutableRawPointer(tensor.data.baseAddress)
    element = Int32(ORT_FLOAT32.rawValue)
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

extension TensorDescription {
  fileprivate init(name: String, tensor: ort_tensor) {
    let element: ElementType? =
      switch UInt32(bitPattern: tensor.element) {
      case ORT_FLOAT32.rawValue: .float32
      case ORT_UINT8.rawValue: .uint8
      case ORT_INT32.rawValue: .int32
      case ORT_INT64.rawValue: .int64
      case ORT_FLOAT16.rawValue: .float16
      default: nil
      }
    self.init(name: name, element: element, shape: tensor.extents.map { $0 >= 0 ? $0 : nil })
  }
}

extension Tensor {
  /// Copies an output that the runtime has allocated.
  fileprivate convenience init(copying source: ort_tensor, named name: String) throws(EngineError) {
    guard source.element == Int32(ORT_FLOAT32.rawValue), let data = source.data else {
      throw .unsupportedType(tensor: name)
    }
    self.init(shape: source.extents)
    if let target = self.data.baseAddress {
      target.update(from: data.assumingMemoryBound(to: Float.self), count: self.data.count)
    }
  }
}
