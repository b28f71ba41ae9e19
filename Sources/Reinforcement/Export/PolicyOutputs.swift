/// A policy's outputs for a batch of observations.
public struct PolicyOutputs: Sendable, Equatable {
  /// `[batch, action size]`, the last dimension fastest; a discrete action is its number.
  public var actions: [Float]
  /// `[batch, actions]`: a value for each discrete action. Empty for continuous actions.
  public var values: [Float]

  public init(actions: [Float], values: [Float] = []) {
    self.actions = actions
    self.values = values
  }
}
