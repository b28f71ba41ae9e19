/// An error that prevents a load, with a remedy.
public struct LoadError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
