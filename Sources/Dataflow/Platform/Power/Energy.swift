/// What an item took of energy.
public struct Energy: Sendable, Hashable, Encodable {
  public let joulesPerItem: Double
  /// Whether a meter says so, or it comes from what a platform file declares.
  public let source: PlanningProblem.EnergySource

  enum CodingKeys: String, CodingKey {
    case joulesPerItem = "joules_per_item"
    case source
  }
}
