/// What is wrong in a configuration file, and where.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// Counting from 1; 0 when it concerns the whole file.
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
