/// The processors of a machine.
///
/// A new kind of device is a folder beside `CPU/` and a line in `discoverers`.
public struct Platform: Sendable {
  public let devices: [any Device]
  public let power: Power

  public init(devices: [any Device], power: Power = Power()) {
    self.devices = devices
    self.power = power
  }

  private static let discoverers: [@Sendable () -> [any Device]] = [
    { [CPUDevice.discover()] }
  ]

  /// The machine that this process runs on.
  public static let local = Platform(devices: discoverers.flatMap { $0() })

  public func device(named name: String) -> (any Device)? { devices.first { $0.name == name } }
  public func device(of kind: DeviceKind) -> (any Device)? { devices.first { $0.kind == kind } }
}
