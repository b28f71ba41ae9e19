/// Stages that run together: fused into one worker, which passes values between them by a call, and copied to as
/// many workers as there are instances.
///
/// A worker is a thread of the host. What its stages compute on another device, it starts there and waits for.
public struct Placement: Sendable, Hashable {
  /// Names of the stages.
  public var stages: [String]
  /// The name in the platform of the device that the stages run on, where `devices` says nothing else.
  public var device: String
  /// The devices of stages that run somewhere else.
  public var devices: [String: String]
  /// Which implementation of each stage; the first one for its device's kind where a stage is not listed.
  public var implementations: [String: String]
  /// Workers, each with an instance of every stage. Several may overtake each other: later stages see the items
  /// in another order, but the outputs of each item keep theirs.
  public var instances: Int
  /// Iterations that a worker does at once, at most: stages whose implementations can, fire once for all of them.
  public var batch: Int
  /// Seconds that a worker waits, at most, for a batch to fill.
  public var queueDelay: Double

  public init(
    _ stages: [String], on device: String = "cpu", devices: [String: String] = [:],
    implementations: [String: String] = [:], instances: Int = 1, batch: Int = 1, queueDelay: Double = 0
  ) {
    self.stages = stages
    self.device = device
    self.devices = devices
    self.implementations = implementations
    self.instances = instances
    self.batch = batch
    self.queueDelay = queueDelay
  }

  /// Adds a stage.
  package mutating func append(_ stage: String, on device: String, by implementation: String) {
    stages.append(stage)
    implementations[stage] = implementation
    if device != self.device { devices[stage] = device }
  }

  /// The name of the device that a stage runs on.
  public func device(of stage: String) -> String { devices[stage] ?? device }
}
