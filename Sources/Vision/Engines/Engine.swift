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
  func load(model path: String, threads: Int, precision: Precision) throws(EngineError) -> any EngineSession
}

extension Engine {
  public func load(model path: String, threads: Int) throws(EngineError) -> any EngineSession {
    try load(model: path, threads: threads, precision: .float32)
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
  var outputs: [TensorDescription] { get }

  /// Runs the model once.
  ///
  /// - Parameter inputs: one tensor for each of `inputs`, all with the same batch as first dimension.
  /// - Returns: one tensor for each of `outputs`.
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

/// Why a model can't be loaded or run.
public enum EngineError: Error, Sendable, Equatable, CustomStringConvertible {
  case libraryNotFound(engine: String, reason: String)
  case modelNotFound(path: String)
  case notQuantised(path: String)
  case modelUnreadable(path: String, reason: String)
  case wrongInputs(expected: String, found: String)
  case wrongOutputs(expected: String, found: String)
  case unsupportedType(tensor: String)
  case unsupportedPrecision(Precision, engine: String, available: [Precision])
  case failed(reason: String)

  public var description: String {
    switch self {
    case .libraryNotFound(let engine, let reason):
      "the library of engine '\(engine)' can't be loaded: \(reason)"
    case .modelNotFound(let path):
      "there is no model at \(path); run Scripts/setup, or correct the pipeline's 'model'"
    case .notQuantised(let path):
      "there is no quantised model at \(path); make it with Scripts/quantize, or set another 'precision'"
    case .modelUnreadable(let path, let reason): "the model \(path) can't be read: \(reason)"
    case .wrongInputs(let expected, let found): "the model takes \(expected), not \(found)"
    case .wrongOutputs(let expected, let found): "the model gives \(found), not \(expected)"
    case .unsupportedType(let tensor): "tensor '\(tensor)' of the model has a type that is not supported"
    case .unsupportedPrecision(let precision, let engine, let available):
      "engine '\(engine)' does not compute in \(precision.rawValue) on this machine; set 'precision' to "
        + available.map(\.rawValue).joined(separator: " or ") + ", or choose another 'engine'"
    case .failed(let reason): "inference failed: \(reason)"
    }
  }

  /// The key of the infer stage whose change would help.
  var key: String? {
    switch self {
    case .libraryNotFound: nil
    case .unsupportedPrecision, .notQuantised: "precision"
    default: "model"
    }
  }
}
