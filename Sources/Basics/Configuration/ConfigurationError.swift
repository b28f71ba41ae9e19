/// An error in a configuration file, with its place.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// Counted from 1; 0 for an error of the whole file.
  public let line: Int
  public let reason: String

  public init(file: String, line: Int = 0, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String {
    (line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)").printable(atMost: 8000)
  }
}
