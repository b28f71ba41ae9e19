/// A library that runs trained networks.
///
/// A new engine is a folder beside `ONNXRuntime/` and a line in `Engines.all`.
public protocol Engine: Sendable {
  /// As in a pipeline's `engine:`.
  var name: String { get }

  /// Reads a model and makes it ready to run.
  ///
  /// - Parameter threads: how many work together on one run.
  /// - Throws: `EngineError`.
  func load(model path: String, threads: Int) throws(EngineError) -> any EngineSession
}

/// A model that is loaded. Any thread may run it, also several at once.
public protocol EngineSession: Sendable {
  var inputs: [TensorDescription] { get }
  var outputs: [TensorDescription] { get }

  /// Runs the model once.
  ///
  /// - Parameter inputs: one tensor for each of `inputs`, all with the same batch as first dimension.
  /// - Returns: one tensor for each of `outputs`.
  func run(_ inputs: [Tensor]) throws(EngineError) -> [Tensor]
}

/// The engines there are.
public enum Engines {
  public static let all: [any Engine] = [ONNXRuntimeEngine()]

  public static func named(_ name: String) -> (any Engine)? { all.first { $0.name == name } }
}

/// Why a model can't be loaded or run.
public enum EngineError: Error, Sendable, Equatable, CustomStringConvertible {
  case libraryNotFound(engine: String, reason: String)
  case modelNotFound(path: String)
  case modelUnreadable(path: String, reason: String)
  case wrongInputs(expected: String, found: String)
  case wrongOutputs(expected: String, found: String)
  case unsupportedType(tensor: String)
  case failed(reason: String)

  public var description: String {
    switch self {
    case .libraryNotFound(let engine, let reason):
      "the library of engine '\(engine)' can't be loaded: \(reason)"
    case .modelNotFound(let path):
      "there is no model at \(path); run Scripts/setup, or correct the pipeline's 'model'"
    case .modelUnreadable(let path, let reason): "the model \(path) can't be read: \(reason)"
    case .wrongInputs(let expected, let found): "the model takes \(expected), not \(found)"
    case .wrongOutputs(let expected, let found): "the model gives \(found), not \(expected)"
    case .unsupportedType(let tensor): "tensor '\(tensor)' of the model has a type that is not supported"
    case .failed(let reason): "inference failed: \(reason)"
    }
  }

  /// Whether another model would help.
  var isAboutModel: Bool {
    if case .libraryNotFound = self { false } else { true }
  }
}
