/// Stages that run together: fused into one worker, which passes values between them by calls, and copied to
/// `instances` workers.
///
/// A worker is a thread of the host. Work on another device is started there and waited for.
public struct Placement: Sendable, Hashable {
  public var stages: [String]
  /// The platform's name of the default device, for stages outside `devices`.
  public var device: String
  /// The devices of stages that run elsewhere.
  public var devices: [String: String]
  /// The implementation of each stage; the first one for its device's kind if a stage isn't listed.
  public var implementations: [String: String]
  /// The number of workers, each with an instance of every stage. Several may overtake each other: later
  /// stages see the items in another order, but the outputs of each item keep theirs.
  public var instances: Int
  /// The most iterations that a worker runs at once. Stages that can batch fire once for all of them.
  public var batch: Int
  /// The longest wait of a worker for a full batch, in seconds.
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

  package mutating func append(_ stage: String, on device: String, by implementation: String) {
    stages.append(stage)
    implementations[stage] = implementation
    if device != self.device { devices[stage] = device }
  }

  /// The name of the stage's device.
  public func device(of stage: String) -> String { devices[stage] ?? device }
}
