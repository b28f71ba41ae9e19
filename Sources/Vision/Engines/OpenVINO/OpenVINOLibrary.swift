import Basics
import COpenVINO
import Dataflow
import Planning

/// The shared library of OpenVINO, loaded on first use and kept.
///
/// Sendable: the pointer is set once, and the library's functions may be called from any thread.
struct OpenVINOLibrary: @unchecked Sendable {
  let pointer: OpaquePointer
  let version: String
  let precisions: [Precision]

  static let shared = Result { () throws(EngineError) in
    try OpenVINOLibrary(
      EngineLibrary(of: "openvino", file: "openvino/libopenvino_c.so").open { openvino_library_open($0, $1) })
  }

  private init(_ library: OpaquePointer) {
    pointer = library
    version = String(cString: openvino_library_version(library))
    let capabilities = String(cString: openvino_library_capabilities(library)).split(separator: " ")
    precisions = Precision.allCases.filter { $0 == .float32 || capabilities.contains($0.capability) }
  }
}

extension Precision {
  /// The precision's name in OpenVINO.
  fileprivate var capability: Substring {
    switch self {
    case .float32: "FP32"
    case .bfloat16: "BF16"
    case .int8: "INT8"
    }
  }
}

/// The text of a message of the C layer, without places in OpenVINO's sources; `nil` for success. Frees the
/// message.
func takeReason(_ message: UnsafeMutablePointer<CChar>?) -> String? {
  takeText(message) { $0.hasPrefix("Exception from ") || $0.hasPrefix("Check '") }
}
