import COnnxRuntime
import Dataflow
import Foundation

/// The shared library of ONNX Runtime, loaded on first use and kept.
///
/// Sendable: the pointer is set once, and the library's functions may be called from any thread.
struct ONNXRuntimeLibrary: @unchecked Sendable {
  let pointer: OpaquePointer
  let version: String

  static let shared: Result<ONNXRuntimeLibrary, EngineError> = open()

  /// Looks at `DRIVETRAIN_ONNXRUNTIME`, then at what `Scripts/setup` has fetched, then where the system looks.
  private static func open() -> Result<ONNXRuntimeLibrary, EngineError> {
    let chosen = ProcessInfo.processInfo.environment["DRIVETRAIN_ONNXRUNTIME"]
    let path = chosen ?? Installation.find(".deps/lib/libonnxruntime.so.1") ?? "libonnxruntime.so.1"
    let remedy = chosen == nil ? "run Scripts/setup" : "correct or unset DRIVETRAIN_ONNXRUNTIME"
    var library: OpaquePointer?
    if let reason = takeMessage(ort_library_open(path, &library)) {
      return .failure(.libraryNotFound(engine: "onnxruntime", reason: "\(reason); \(remedy)"))
    }
    guard let library else {
      return .failure(.libraryNotFound(engine: "onnxruntime", reason: "out of memory"))
    }
    return .success(
      ONNXRuntimeLibrary(pointer: library, version: String(cString: ort_library_version(library))))
  }
}

/// The text of an error message of the C layer, which is freed; `nil` for success.
func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String? {
  guard let message else { return nil }
  defer { free(message) }
  return String(cString: message).replacingOccurrences(of: "\n", with: " ")
}
