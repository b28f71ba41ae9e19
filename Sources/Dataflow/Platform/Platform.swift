import Basics

/// The processors of a machine.
///
/// A new kind of device is a target in `Devices/`, which the program registers. Discovery is lazy: OpenCL's
/// takes tens of milliseconds, which a CPU-only run doesn't spend.
public struct Platform: Sendable {
  private let discoverers: [@Sendable () -> Discovery]
  /// The processors' power, as far as it is declared.
  public let power: Power
  /// The links between devices, as far as a file declares them.
  public let links: [Link]
  /// The name in its file; `nil` without a file.
  public let name: String?
  /// Whether devices of the machine may be left out.
  public private(set) var isPart = false

  public init(devices: [any Device], power: Power = Power(), links: [Link] = [], name: String? = nil) {
    let discovery = Discovery(devices: devices)
    discoverers = [{ discovery }]
    self.power = power
    self.links = links
    self.name = name
  }

  private init(discoverers: [@Sendable () -> Discovery]) {
    self.discoverers = discoverers
    power = Power()
    links = []
    name = nil
  }

  /// The machine of this process: its CPU, and the devices of registered kinds.
  public static var local: Platform {
    Platform(
      discoverers: [{ Discovery(devices: [CPUDevice.local]) }] + registered.withLock { $0.map(\.discover) })
  }

  private static let registered = Locked<[(kind: DeviceKind, discover: @Sendable () -> Discovery)]>([])

  /// Adds a kind of device to `local`; later calls for the same kind do nothing.
  ///
  /// - Parameter discover: returns the devices found. It searches once and caches the result.
  public static func register(_ kind: DeviceKind, _ discover: @escaping @Sendable () -> Discovery) {
    registered.withLock { kinds in
      if !kinds.contains(where: { $0.kind == kind }) { kinds.append((kind, discover)) }
    }
  }

  /// All devices of the platform.
  public var devices: [any Device] { discoverers.flatMap { $0().devices } }

  /// Expected devices that can't be used.
  public var unavailable: [UnavailableDevice] { discoverers.flatMap { $0().unavailable } }

  /// The same machine with only these devices. Discovery ends once all are found.
  public func only(_ names: [String]) -> Platform {
    var devices: [any Device] = []
    for discover in discoverers where devices.count < names.count {
      devices += discover().devices.filter { names.contains($0.name) }
    }
    var part = Platform(devices: devices, power: power, links: links, name: name)
    part.isPart = true
    return part
  }

  public func device(named name: String) -> (any Device)? { first { $0.name == name } }
  public func device(of kind: DeviceKind) -> (any Device)? { first { $0.kind == kind } }

  private func first(where isWanted: (any Device) -> Bool) -> (any Device)? {
    for discover in discoverers {
      if let device = discover().devices.first(where: isWanted) { return device }
    }
    return nil
  }
}

/// The devices found of one kind.
public struct Discovery: Sendable {
  public var devices: [any Device]
  public var unavailable: [UnavailableDevice]

  public init(devices: [any Device] = [], unavailable: [UnavailableDevice] = []) {
    self.devices = devices
    self.unavailable = unavailable
  }
}

/// An unusable device, or an unusable driver.
public struct UnavailableDevice: Sendable, Hashable {
  /// Its best known identity: a driver's file, a platform, a device.
  public let name: String
  public let reason: String

  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
