/// Numbers that the placement of a stage must have, because somebody has said so.
public struct PlacementConstraint: Sendable, Hashable {
  public var instances: Int?
  public var batch: Int?

  /// - Parameter instances, batch: the planner's choice where `nil`.
  public init(instances: Int? = nil, batch: Int? = nil) {
    self.instances = instances
    self.batch = batch
  }
}
