import Basics
import COnnxRuntime
import Dataflow
import Planning

/// A model loaded by ONNX Runtime.
///
/// Sendable: a session of ONNX Runtime may be run from several threads at once; everything else is constant.
final class ONNXRuntimeSession: EngineSession, @unchecked Sendable {
  let inputs: [TensorDescription]
  let outputs: [TensorDescription]
  let limits: TensorLimits
  private let library: ONNXRuntimeLibrary
  private let session: OpaquePointer

  /// - Parameter file: the interface in the model's file.
  init(
    _ session: OpaquePointer, of library: ONNXRuntimeLibrary, _ file: ONNXInterface?, limits: TensorLimits
  ) {
    self.library = library
    self.session = session
    self.limits = limits
    inputs = (0..<ort_session_input_count(session)).map {
      let name = String(cString: ort_session_input_name(session, $0))
      return ort_session_input(session, $0).description(named: name, file)
    }
    outputs = (0..<ort_session_output_count(session)).map {
      let name = String(cString: ort_session_output_name(session, $0))
      return ort_session_output(session, $0).description(named: name, file)
    }
  }

  deinit { ort_session_destroy(session) }

  func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
    var values = [UnsafeMutableRawPointer?](repeating: nil, count: outputs.count)
    // Values that are not taken are released on return.
    var owners: [ONNXRuntimeValue] = []
    return try run(
      tensors,
      call: { (given: [ort_tensor], taken: inout [ort_tensor]) in
        let reason = takeText(ort_session_run(session, given, &taken, &values))
        if reason == nil { owners = values.compactMap { $0.map { ONNXRuntimeValue($0, of: self, library) } } }
        return reason
      },
      take: { (index, native) throws(EngineError) in
        let result = try native.result(named: outputs[index].name, limits)
        let isGiven = tensors.contains { $0.bytes.overlaps(result.bytes) }
        guard isGiven || result.bytes.isEmpty else {
          return Tensor(result.element, shape: result.shape, bytes: result.bytes, .lent(owners[index]))
        }
        // An output that is itself an input lies in another tensor's memory.
        let copy = try Tensor(result.element, shape: result.shape)
        copy.bytes.copyMemory(from: UnsafeRawBufferPointer(result.bytes))
        return copy
      })
  }
}

/// An output's memory, until the last reference goes.
///
/// Sendable: it is released once, by the last thread that had it.
private final class ONNXRuntimeValue: @unchecked Sendable {
  private let value: UnsafeMutableRawPointer
  private let session: ONNXRuntimeSession
  private let library: ONNXRuntimeLibrary

  init(_ value: UnsafeMutableRawPointer, of session: ONNXRuntimeSession, _ library: ONNXRuntimeLibrary) {
    self.value = value
    self.session = session
    self.library = library
  }

  deinit { ort_value_release(library.pointer, value) }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func overlaps(_ other: UnsafeMutableRawBufferPointer) -> Bool {
    guard let base = baseAddress, let start = other.baseAddress else { return false }
    return start < base + count && base < start + other.count
  }
}

extension ort_tensor: NativeTensor {
  static func number(of element: ElementType) -> Int32 {
    let number =
      switch element {
      case .float32: ORT_FLOAT32
      case .float64: ORT_FLOAT64
      case .float16: ORT_FLOAT16
      case .uint8: ORT_UINT8
      case .uint16: ORT_UINT16
      case .uint32: ORT_UINT32
      case .uint64: ORT_UINT64
      case .int8: ORT_INT8
      case .int16: ORT_INT16
      case .int32: ORT_INT32
      case .int64: ORT_INT64
      case .bool: ORT_BOOL
      }
    return Int32(bitPattern: number.rawValue)
  }
}
