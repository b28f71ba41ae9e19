/// The reported values at one step of a run.
public struct MetricsRecord: Sendable {
  /// Environment steps so far.
  public let step: Int
  /// The known values; others are left empty.
  public var values: [Metric: Double]

  public init(step: Int, values: [Metric: Double] = [:]) {
    self.step = step
    self.values = values
  }

  public subscript(metric: Metric) -> Double? {
    get { values[metric] }
    set { values[metric] = newValue }
  }
}
