/// The pacing of requests.
public enum LoadPacing: Sendable, Hashable {
  /// A fixed number of connections, each with its next request as soon as it has a response: the server sets
  /// the pace.
  case closed(connections: Int)
  /// A fixed rate, requests a second, independent of the server.
  case open(rate: Double, Arrivals)

  /// The spacing of requests at a given rate.
  public enum Arrivals: String, Sendable, CaseIterable {
    /// Independent of each other, as many users' are.
    case poisson
    /// Evenly spaced.
    case uniform
  }

  /// The maximum connections of an open loop: below the usual limit of open files.
  public static let maximumConnections = 512

  /// The allowed numbers of connections, and the allowed requests a second.
  public static let concurrencies = 1...maximumConnections
  public static let rates = 0.01...100_000
}
