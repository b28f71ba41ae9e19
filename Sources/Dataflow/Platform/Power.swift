/// The processors' power in watts, by processor name.
public struct Power: Sendable, Hashable {
  /// One processor's power in watts.
  public struct Watts: Sendable, Hashable, Codable {
    /// The part that is drawn always.
    public var idle: Double
    /// The power under full load.
    public var full: Double

    public init(idle: Double, full: Double) {
      self.idle = idle
      self.full = full
    }
  }

  public var watts: [String: Watts]

  public init(_ watts: [String: Watts] = [:]) { self.watts = watts }
}
