/// Why there can be no load: what is wrong, and what to change.
public struct LoadError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
