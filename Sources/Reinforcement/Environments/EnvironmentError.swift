/// Why an environment can't be had.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  /// `nearest` is the known name that it may be a slip of.
  case unknown(String, nearest: String?, known: [String])
  /// A checkpoint is of another number of environments.
  case otherCount(saved: Int, expected: Int)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest?, _):
      "there is no environment '\(name)'; did you mean '\(nearest)'?"
    case .unknown(let name, nil, let known):
      "there is no environment '\(name)'; there are \(known.joined(separator: ", "))"
    case .otherCount(let saved, let expected):
      "the checkpoint has \(saved) environments, the experiment \(expected)"
    }
  }
}
