/// A library that runs trained networks.
///
/// A new engine is a folder beside `ONNXRuntime/` and a line in `Engines.all`.
public protocol Engine: Sendable {
  /// The name in a pipeline's `engine:`.
  var name: String { get }

  /// The library's version; `nil` if the library is missing.
  var version: String? { get }

  /// The precisions that this machine's instructions support; empty if the library is missing.
  ///
  /// Support is not speed: a CPU may compute more slowly in bf16 than in fp32.
  var precisions: [Precision] { get }

  /// Loads a model and prepares it to run.
  ///
  /// - Parameters:
  ///   - threads: threads that work together on one run; 1 is the calling thread alone.
  ///   - precision: the precision of the computation; tensors keep the types that the model declares.
  ///   - limits: upper bounds on each input and output.
  /// - Throws: `EngineError`.
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

  /// - Precondition: the library is present.
  func require(_ precision: Precision) throws(EngineError) {
    guard precisions.contains(precision) else {
      throw .unsupportedPrecision(precision, engine: name, available: precisions)
    }
  }
}

/// A loaded model. Any thread may run it, also several at once: with `threads: 1`, as many runs as there are
/// cores compute in parallel.
public protocol EngineSession: Sendable {
  var inputs: [TensorDescription] { get }
  /// The outputs as the model declares them; a run's may differ.
  var outputs: [TensorDescription] { get }
  /// Upper bounds on each input and output.
  var limits: TensorLimits { get }

  /// Runs the model once.
  ///
  /// - Parameter inputs: one tensor for each of `inputs`; extents of one name are equal.
  /// - Returns: one tensor for each of `outputs`, with the run's shape, whatever the model declares.
  func run(_ inputs: [Tensor]) throws(EngineError) -> [Tensor]

  /// Prepares for one more concurrent caller, so that its first run does not pay for the preparation.
  func reserve() throws(EngineError)
}

extension EngineSession {
  public func reserve() throws(EngineError) {}
}

/// The supported engines.
public enum Engines {
  public static let all: [any Engine] = [ONNXRuntimeEngine(), OpenVINOEngine()]

  public static func named(_ name: String) -> (any Engine)? { all.first { $0.name == name } }
}
