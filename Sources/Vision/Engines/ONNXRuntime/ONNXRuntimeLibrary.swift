import COnnxRuntime
import Planning

/// The shared library of ONNX Runtime, loaded on first use and kept.
///
/// Sendable: the pointer is set once, and the library's functions may be called from any thread.
struct ONNXRuntimeLibrary: @unchecked Sendable {
  let pointer: OpaquePointer
  let version: String

  static let shared = Result { () throws(EngineError) in
    try ONNXRuntimeLibrary(
      EngineLibrary(of: "onnxruntime", file: "libonnxruntime.so.1").open { ort_library_open($0, $1) })
  }

  private init(_ library: OpaquePointer) {
    pointer = library
    version = String(cString: ort_library_version(library))
  }
}
