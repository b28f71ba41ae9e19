import Basics
import COnnxRuntime
import Dataflow

/// ONNX Runtime on the CPU.
public struct ONNXRuntimeEngine: Engine {
  public let name = "onnxruntime"

  public init() {}

  public var version: String? { (try? ONNXRuntimeLibrary.shared.get())?.version }

  public var precisions: [Precision] {
    (try? ONNXRuntimeLibrary.shared.get()) == nil ? [] : [.float32, .int8]
  }

  public func load(
    model path: String, threads: Int, precision: Precision, limits: TensorLimits
  ) throws(EngineError) -> any EngineSession {
    let library = try ONNXRuntimeLibrary.shared.get()
    try require(precision)
    try ModelFile.check(path)
    var session: OpaquePointer?
    if let reason = takeText(ort_session_create(library.pointer, path, Int32(clamping: threads), &session)) {
      throw .modelUnreadable(path: path, reason: reason)
    }
    guard let session else { throw .modelUnreadable(path: path, reason: "out of memory") }
    return ONNXRuntimeSession(session, of: library, ONNXInterface(contentsOf: path), limits: limits)
  }
}
