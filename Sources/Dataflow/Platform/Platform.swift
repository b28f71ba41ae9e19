import Basics

/// The processors of a machine.
///
/// A new kind of device is a target in `Devices/`, which the program registers. A kind is looked for when something asks for
/// it: OpenCL takes tens of milliseconds to say what there is, which nobody who only wants the CPU pays.
public struct Platform: Sendable {
  private let discoverers: [@Sendable () -> Discovery]
  /// What its processors draw, as far as somebody has said so.
  public let power: Power
  /// What joins the devices, where a file says so.
  public let links: [Link]
  /// As its file calls it; `nil` if it comes from none.
  public let name: String?
  /// Whether the machine may have other devices, which are left out.
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

  /// The machine that this process runs on: its CPU, and the devices of kinds that were registered.
  public static var local: Platform {
    Platform(
      discoverers: [{ Discovery(devices: [CPUDevice.local]) }] + registered.withLock { $0.map(\.discover) })
  }

  private static let registered = Locked<[(kind: DeviceKind, discover: @Sendable () -> Discovery)]>([])

  /// Has `local` look for a kind of device, too. Once is enough.
  ///
  /// - Parameter discover: says what there is; it looks once and remembers.
  public static func register(_ kind: DeviceKind, _ discover: @escaping @Sendable () -> Discovery) {
    registered.withLock { kinds in
      if !kinds.contains(where: { $0.kind == kind }) { kinds.append((kind, discover)) }
    }
  }

  /// All of them.
  public var devices: [any Device] { discoverers.flatMap { $0().devices } }

  /// What should be there and isn't.
  public var unavailable: [UnavailableDevice] { discoverers.flatMap { $0().unavailable } }

  /// The same machine without its other devices. Once all are found, no more kinds of device are looked for.
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

/// What was found of one kind of device.
public struct Discovery: Sendable {
  public var devices: [any Device]
  public var unavailable: [UnavailableDevice]

  public init(devices: [any Device] = [], unavailable: [UnavailableDevice] = []) {
    self.devices = devices
    self.unavailable = unavailable
  }
}

/// A device, or a driver that should have some, that can't be used.
public struct UnavailableDevice: Sendable, Hashable {
  /// What is known of it: a driver's file, a platform, a device.
  public let name: String
  public let reason: String

  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
