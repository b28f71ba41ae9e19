import Basics
import Dataflow

/// Why an environment can't be had.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  case unknown(String, known: [String])
  /// It isn't what an environment must be.
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
