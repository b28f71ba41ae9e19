import Basics
import Dataflow

/// An error in loading or running a model.
public enum EngineError: Error, Sendable, Equatable, CustomStringConvertible {
  case libraryNotFound(engine: String, reason: String)
  case modelNotFound(path: String)
  case notQuantised(path: String)
  case modelUnreadable(path: String, reason: String)
  case wrongInputs(expected: String, found: String)
  case wrongOutputs(expected: String, found: String)
  /// A tensor of the model has an unsupported type.
  case unsupportedType(tensor: String, type: String)
  /// The model doesn't state the rank of an input.
  case unknownRank(tensor: String)
  case unsupportedPrecision(Precision, engine: String, available: [Precision])
  /// `bytes` is `nil` for a size beyond `Int`.
  case tooLarge(tensor: String, bytes: Int?, limit: Int, option: String)
  case outOfMemory(bytes: Int?)
  /// The engine doesn't check the input values that decide this operator's output size.
  case unsafeOperator(String, engine: String)
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
    case .unsupportedType(let tensor, let type):
      "tensor '\(tensor)' of the model is of type \(type); \(Self.handled) are handled: convert it in the model, "
        + "with a Cast, or leave it out"
    case .unknownRank(let tensor):
      "input '\(tensor)' of the model has no shape in its file; export it again with one, where an extent that may be "
        + "any has a name, such as 'N'"
    case .unsupportedPrecision(let precision, let engine, let available):
      "engine '\(engine)' does not compute in \(precision.rawValue) on this machine; set 'precision' to "
        + available.map(\.rawValue).joined(separator: " or ") + ", or choose another 'engine'"
    case .tooLarge(let tensor, let bytes, let limit, let option):
      "\(tensor) has \(bytes.map { "\($0)" } ?? "more than 2^63") bytes; the limit is \(limit) (\(option))"
    case .outOfMemory(let bytes?): "there is no memory for a tensor of \(bytes.counted("byte")) at the moment"
    case .outOfMemory(nil): "the network needs more memory than there is at the moment"
    case .unsafeOperator(let name, let engine):
      "in this model inputs' numbers decide how large tensors become ('\(name)'), which engine '\(engine)' doesn't check; "
        + "choose another 'engine', or make the sizes constant"
    case .failed(let reason): "inference failed: \(reason)"
    }
  }

  private static var handled: String {
    let names = ElementType.allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }

  /// The infer stage's key whose change would help.
  var key: String? {
    switch self {
    case .libraryNotFound, .outOfMemory: nil
    case .unsupportedPrecision, .notQuantised: "precision"
    case .unsafeOperator: "engine"
    default: "model"
    }
  }
}
