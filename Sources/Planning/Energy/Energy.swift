/// The source of energy figures: a meter, a platform file's declaration, or none.
public enum EnergySource: String, Sendable, Hashable, Encodable {
  case measured, modelled, unknown
}

/// An item's energy.
public struct Energy: Sendable, Hashable, Encodable {
  public let joulesPerItem: Double
  public let source: EnergySource

  enum CodingKeys: String, CodingKey {
    case joulesPerItem = "joules_per_item"
    case source
  }
}
