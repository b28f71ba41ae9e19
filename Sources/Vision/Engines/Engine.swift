/// A library that runs trained networks.
///
/// A new engine is a folder beside `ONNXRuntime/` and a line in `Engines.all`.
public protocol Engine: Sendable {
  /// As in a pipeline's `engine:`.
  var name: String { get }

  /// That of its library; `nil` if that is missing.
  var version: String? { get }

  /// What it can compute in with this machine's own instructions; none if its library is missing.
  ///
  /// Able is not fast: a CPU may take longer for bf16 than for fp32.
  var precisions: [Precision] { get }

  /// Reads a model and makes it ready to run.
  ///
  /// - Parameters:
  ///   - threads: how many work together on one run; with 1 it is the calling one alone.
  ///   - precision: what is computed in; tensors stay of the types that the model declares.
  /// - Throws: `EngineError`.
  ///   - limits: what neither an input nor an output may exceed.
  func load(
    model path: String, threads: Int, precision: Precision, limits: TensorLimits
  ) throws(EngineError) -> any EngineSession
}

extension Engine {
  public func load(model path: String, threads: Int) throws(EngineError) -> any EngineSession {
    try load(model: path, threads: threads, precision: .float32)
  }

  public func load(
    model path: String, threads: Int, precision: Precision
  ) throws(EngineError) -> any EngineSession {
    try load(model: path, threads: threads, precision: precision, limits: TensorLimits())
  }

  /// - Precondition: the library is there.
  func require(_ precision: Precision) throws(EngineError) {
    guard precisions.contains(precision) else {
      throw .unsupportedPrecision(precision, engine: name, available: precisions)
    }
  }
}

/// A model that is loaded. Any thread may run it, also several at once: of `threads: 1`, as many as there are cores
/// compute side by side.
public protocol EngineSession: Sendable {
  var inputs: [TensorDescription] { get }
  /// As the model declares them; what a run gives may differ.
  var outputs: [TensorDescription] { get }
  /// What neither an input nor an output may exceed.
  var limits: TensorLimits { get }

  /// Runs the model once.
  ///
  /// - Parameter inputs: one tensor for each of `inputs`; extents of one name are equal.
  /// - Returns: one tensor for each of `outputs`, of the shape that the run gave it, whatever the model declares.
  func run(_ inputs: [Tensor]) throws(EngineError) -> [Tensor]

  /// Gets ready for one more caller at a time, so that its first run does not take the time that this takes.
  func reserve() throws(EngineError)
}

extension EngineSession {
  public func reserve() throws(EngineError) {}
}

/// The engines there are.
public enum Engines {
  public static let all: [any Engine] = [ONNXRuntimeEngine(), OpenVINOEngine()]

  public static func named(_ name: String) -> (any Engine)? { all.first { $0.name == name } }
}
