import Dataflow

/// A plan with its objective and its prediction.
public struct ChosenPlan: Sendable, Hashable {
  public let application: String
  public let objective: Objective
  public let plan: Plan
  public let prediction: Prediction
  public let energy: EnergySource
  /// Whether it is proven to be the best.
  public let isExact: Bool
  /// The platform file of the prediction; `nil` if it rests on measurements alone.
  public let platform: String?
}
