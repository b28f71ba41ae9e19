import Dataflow

/// A plan with what it was chosen for and what is expected of it.
public struct ChosenPlan: Sendable, Hashable {
  public let application: String
  public let objective: Objective
  public let plan: Plan
  public let prediction: Prediction
  public let energy: EnergySource
  /// Whether no better plan exists for sure.
  public let isExact: Bool
  /// The platform file that the expectations rest on; `nil` if they rest on measurements alone.
  public let platform: String?
}
