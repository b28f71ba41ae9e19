/// Why an environment can't be had.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  /// `nearest` is the known name that it may be a slip of.
  case unknown(String, nearest: String?, known: [String])

  public var description: String {
    switch self {
    case .unknown(let name, let nearest?, _):
      "there is no environment '\(name)'; did you mean '\(nearest)'?"
    case .unknown(let name, nil, let known):
      "there is no environment '\(name)'; there are \(known.joined(separator: ", "))"
    }
  }
}
