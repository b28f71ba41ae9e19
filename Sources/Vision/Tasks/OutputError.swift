/// An error: a network gave what its task can't use.
public struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
  /// Whether the numbers are wrong, which depend on the image, and not the shape or the pipeline.
  public let isOfNumbers: Bool

  init(_ description: String, isOfNumbers: Bool = false) {
    self.description = description
    self.isOfNumbers = isOfNumbers
  }

  private static let advice =
    "are not finite; check the model, and the pipeline's 'mean' and 'standard_deviation'"

  /// NaN or infinite numbers of an output.
  static func notFinite(_ tensor: String) -> OutputError {
    OutputError("numbers of the network's output '\(tensor)' \(advice)", isOfNumbers: true)
  }

  /// NaN or infinite scores of classes, so many of them all.
  static func notFinite(_ count: Int, of scores: Int) -> OutputError {
    OutputError("\(count) of the network's \(scores) scores \(advice)", isOfNumbers: true)
  }

  /// A class that no label can have.
  static func wrongClass(_ tensor: String, _ number: some CustomStringConvertible) -> OutputError {
    OutputError("a class of the network's output '\(tensor)' is \(number)", isOfNumbers: true)
  }

  /// A shape that differs from the one that the network was loaded with.
  static func wrongShape(_ tensor: String, _ shape: [Int], expected: String) -> OutputError {
    OutputError("the network's output '\(tensor)' is \(shape) for this image, which should be \(expected)")
  }
}
