/// What one row of a replay table holds: valid until the row is overwritten or the table goes.
public struct Transition {
  public let observation: UnsafeBufferPointer<Float>
  public let action: UnsafeBufferPointer<Float>
  /// Summed over the steps that the transition spans, discounted.
  public let reward: Float
  /// γ raised to the steps that the transition spans; 0 where the episode terminated.
  public let discount: Float
  public let nextObservation: UnsafeBufferPointer<Float>

  public init(
    observation: UnsafeBufferPointer<Float>, action: UnsafeBufferPointer<Float>, reward: Float,
    discount: Float, nextObservation: UnsafeBufferPointer<Float>
  ) {
    self.observation = observation
    self.action = action
    self.reward = reward
    self.discount = discount
    self.nextObservation = nextObservation
  }
}
