/// The number of tokens that a port moves at each firing.
///
/// A fixed rate is that of synchronous dataflow (Lee and Messerschmitt, 1987). A variable rate is for
/// data-dependent outputs, such as a detector's 0…N faces in an image.
public enum Rate: Sendable, Hashable, CustomStringConvertible {
  /// Exactly this many tokens, at least one.
  case fixed(Int)
  /// From none to this many tokens, decided by each firing. Output ports only.
  case upTo(Int)

  /// The most tokens of one firing.
  public var maximum: Int {
    switch self {
    case .fixed(let count), .upTo(let count): count
    }
  }

  public var isVariable: Bool {
    if case .upTo = self { true } else { false }
  }

  public var description: String {
    switch self {
    case .fixed(let count): "\(count)"
    case .upTo(let count): "0…\(count)"
    }
  }
}
