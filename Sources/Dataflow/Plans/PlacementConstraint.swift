/// User-given numbers for the placement of a stage.
public struct PlacementConstraint: Sendable, Hashable {
  public var instances: Int?
  public var batch: Int?

  /// - Parameter instances, batch: the planner's choice if `nil`.
  public init(instances: Int? = nil, batch: Int? = nil) {
    self.instances = instances
    self.batch = batch
  }
}
