import COnnxRuntime
import Dataflow

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
      ort_session_input(session, $0).description(named: String(cString: ort_session_input_name(session, $0)))
    }
    outputs = (0..<ort_session_output_count(session)).map {
      ort_session_output(session, $0).description(
        named: String(cString: ort_session_output_name(session, $0)))
    }
  }

  deinit { ort_session_destroy(session) }

  func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
    var held = [UnsafeMutableRawPointer?](repeating: nil, count: outputs.count)
    return try run(
      tensors,
      call: { (given: [ort_tensor], taken: inout [ort_tensor]) in
        takeText(ort_session_run(session, given, &taken, &held))
      },
      release: { ort_release_outputs(session, &held) })
  }
}

extension ort_tensor: NativeTensor {
  static func number(of element: ElementType) -> Int32 {
    let number =
      switch element {
      case .float32: ORT_FLOAT32
      case .uint8: ORT_UINT8
      case .int32: ORT_INT32
      case .int64: ORT_INT64
      case .float16: ORT_FLOAT16
      }
    return Int32(bitPattern: number.rawValue)
  }
}
