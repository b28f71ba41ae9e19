import Basics
import Dataflow

/// The reason why an environment can't be used.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  case unknown(String, known: [String])
  /// It violates the requirements of environments.
  case flawed(String, reason: String)

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "there is no environment '\(name)'; "
        + name.hint(among: known, otherwise: "there are \(known.joined(separator: ", "))")
    case .flawed(let name, let reason): "\(name) \(reason)"
    }
  }
}
