import COpenVINO
import Dataflow
import Foundation

/// The shared library of OpenVINO, loaded on first use and kept.
///
/// Sendable: the pointer is set once, and the library's functions may be called from any thread.
struct OpenVINOLibrary: @unchecked Sendable {
  let pointer: OpaquePointer
  let version: String
  let precisions: [Precision]

  static let shared: Result<OpenVINOLibrary, EngineError> = open()

  /// Looks at `DRIVETRAIN_OPENVINO`, then at what `Scripts/setup` has fetched, then where the system looks.
  private static func open() -> Result<OpenVINOLibrary, EngineError> {
    let chosen = ProcessInfo.processInfo.environment["DRIVETRAIN_OPENVINO"]
    let path = chosen ?? Installation.find(".deps/lib/openvino/libopenvino_c.so") ?? "libopenvino_c.so"
    let remedy = chosen == nil ? "run Scripts/setup" : "correct or unset DRIVETRAIN_OPENVINO"
    var library: OpaquePointer?
    if let reason = takeReason(openvino_library_open(path, &library)) {
      return .failure(.libraryNotFound(engine: "openvino", reason: "\(reason); \(remedy)"))
    }
    guard let library else {
      return .failure(.libraryNotFound(engine: "openvino", reason: "out of memory"))
    }
    return .success(OpenVINOLibrary(library))
  }

  private init(_ library: OpaquePointer) {
    pointer = library
    version = String(cString: openvino_library_version(library))
    let capabilities = String(cString: openvino_library_capabilities(library)).split(separator: " ")
    precisions = Precision.allCases.filter { $0 == .float32 || capabilities.contains($0.capability) }
  }
}

extension Precision {
  /// As OpenVINO calls it.
  fileprivate var capability: Substring {
    switch self {
    case .float32: "FP32"
    case .bfloat16: "BF16"
    case .int8: "INT8"
    }
  }
}

/// An error message of the C layer, which is freed, without the places in OpenVINO's sources that it tells of; `nil` for
/// success.
func takeReason(_ message: UnsafeMutablePointer<CChar>?) -> String? {
  guard let message else { return nil }
  defer { free(message) }
  let lines = String(cString: message).split(separator: "\n")
  let telling = lines.filter { !$0.hasPrefix("Exception from ") && !$0.hasPrefix("Check '") }
  return (telling.isEmpty ? lines : telling).joined(separator: " ")
}
