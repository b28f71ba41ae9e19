/// How requests follow each other.
public enum LoadPacing: Sendable, Hashable {
  /// So many connections, each of which sends its next request as soon as it has an answer: the server sets the pace.
  case closed(connections: Int)
  /// So many requests a second, whatever the server does.
  case open(rate: Double, Arrivals)

  /// How requests of a given rate follow each other.
  public enum Arrivals: String, Sendable, CaseIterable {
    /// Independent of each other, as many users' are.
    case poisson
    /// Evenly spaced.
    case uniform
  }

  /// How many connections an open loop opens, at most: below what a process may usually have open.
  public static let maximumConnections = 512

  public static let concurrencies = 1...maximumConnections
  public static let rates = 0.01...100_000
}
