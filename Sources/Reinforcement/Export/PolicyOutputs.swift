/// What a policy says to a batch of observations.
public struct PolicyOutputs: Sendable, Equatable {
  /// `[batch, action size]`, the last dimension fastest; a numbered action is its number.
  public var actions: [Float]
  /// `[batch, actions]`: a value for each numbered action. Empty for actions within bounds.
  public var values: [Float]

  public init(actions: [Float], values: [Float] = []) {
    self.actions = actions
    self.values = values
  }
}
