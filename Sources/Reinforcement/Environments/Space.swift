/// Vectors of numbers within bounds, a pair for each component. Training checks the bounds: see
/// `EnvironmentCheck`.
public struct BoxSpace: Sendable, Hashable {
  public let low: [Float]
  public let high: [Float]

  /// - Precondition: `low` and `high` have equally many components, at least one.
  public init(low: [Float], high: [Float]) {
    self.low = low
    self.high = high
  }

  /// All components with the same bounds.
  public init(size: Int, low: Float, high: Float) {
    let size = max(size, 0)
    self.init(low: Array(repeating: low, count: size), high: Array(repeating: high, count: size))
  }

  public var size: Int { low.count }
}

/// The valid actions of an agent.
public enum ActionSpace: Sendable, Hashable {
  /// One of `count` actions, numbered from 0.
  case discrete(Int)
  case continuous(BoxSpace)

  /// The numbers in an action; 1 if discrete.
  public var size: Int {
    switch self {
    case .discrete: 1
    case .continuous(let box): box.size
    }
  }
}
