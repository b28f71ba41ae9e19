/// What the processors of a platform draw, in watts, by the name of their processor.
public struct Power: Sendable, Hashable {
  /// What one processor draws, in watts.
  public struct Watts: Sendable, Hashable, Codable {
    /// Whether it works or not.
    public var idle: Double
    /// With everything at work.
    public var full: Double

    public init(idle: Double, full: Double) {
      self.idle = idle
      self.full = full
    }
  }

  public var watts: [String: Watts]

  public init(_ watts: [String: Watts] = [:]) { self.watts = watts }
}
