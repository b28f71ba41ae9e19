/// Stages that run together on a device: fused into one worker, which passes values between them by a call, and
/// copied to as many workers as there are instances.
public struct Placement: Sendable, Hashable {
  /// Names of the stages.
  public var stages: [String]
  /// The device's name in the platform.
  public var device: String
  /// Which implementation of each stage; the first one for the device's kind where a stage is not listed.
  public var implementations: [String: String]
  /// Workers, each with an instance of every stage. Several may overtake each other: later stages see the items
  /// in another order, but the outputs of each item keep theirs.
  public var instances: Int

  public init(
    _ stages: [String], on device: String = "cpu", implementations: [String: String] = [:], instances: Int = 1
  ) {
    self.stages = stages
    self.device = device
    self.implementations = implementations
    self.instances = instances
  }
}
