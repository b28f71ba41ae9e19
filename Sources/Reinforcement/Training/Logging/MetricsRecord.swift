/// What is reported at one step of a run.
public struct MetricsRecord: Sendable {
  /// Steps of the environment until then.
  public let step: Int
  /// What is known then; the others are left empty.
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
