import COpenVINO

/// OpenVINO on the CPU.
public struct OpenVINOEngine: Engine {
  public let name = "openvino"

  public init() {}

  public var version: String? { (try? OpenVINOLibrary.shared.get())?.version }

  public var precisions: [Precision] { (try? OpenVINOLibrary.shared.get())?.precisions ?? [] }

  public func load(
    model path: String, threads: Int, precision: Precision, limits: TensorLimits
  ) throws(EngineError) -> any EngineSession {
    let library = try OpenVINOLibrary.shared.get()
    try require(precision)
    try ModelFile.check(path)
    let file = ONNXInterface(contentsOf: path)
    // For sizes that are 0 or impossible, OpenVINO returns an earlier run's result, or crashes.
    if let name = file?.sizedByNumbers { throw .unsafeOperator(name, engine: self.name) }
    var model: OpaquePointer?
    if let reason = takeReason(openvino_model_read(library.pointer, path, &model)) {
      throw .modelUnreadable(path: path, reason: reason)
    }
    guard let model else { throw .modelUnreadable(path: path, reason: "out of memory") }
    return OpenVINOSession(
      try OpenVINORequests(of: model, path: path, threads: threads, precision: precision),
      file, limits: limits)
  }
}
