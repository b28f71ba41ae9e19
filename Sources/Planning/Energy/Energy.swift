/// Where figures of energy come from: a meter, or what a platform file declares; or nobody knows them.
public enum EnergySource: String, Sendable, Hashable, Encodable {
  case measured, modelled, unknown
}

/// What an item took of energy.
public struct Energy: Sendable, Hashable, Encodable {
  public let joulesPerItem: Double
  /// Whether a meter says so, or it comes from what a platform file declares.
  public let source: EnergySource

  enum CodingKeys: String, CodingKey {
    case joulesPerItem = "joules_per_item"
    case source
  }
}
