import Basics
import Dataflow

/// Where the networks of a learner are kept and computed.
///
/// Algorithms make their networks, and hand each to the backend; what they get back is used as any network. Losses,
/// targets and actions are the host's.
///
/// Used by one thread at a time.
public protocol NetworkBackend: AnyObject {
  /// Such as `cpu` or `opencl:0`.
  var deviceName: String { get }

  /// The same network, with the same parameters, computed here.
  ///
  /// - Throws: `DeviceError` if the device has too little memory or can't compute such a network.
  func adopt(_ network: any Network) throws -> any Network

  /// Whether all went well so far. Networks don't throw: after a failure they compute nonsense until somebody asks.
  ///
  /// - Throws: `DeviceError`: the first failure.
  func check() throws

  /// Time spent on moving data since this was last asked for.
  func takeTransferTime() -> Nanoseconds
}

/// The host itself: networks are computed as they were made.
public final class HostBackend: NetworkBackend {
  public let deviceName = "cpu"

  public init() {}

  public func adopt(_ network: any Network) -> any Network { network }
  public func check() {}
  public func takeTransferTime() -> Nanoseconds { 0 }
}

/// The backends there are: the host, and those that kinds of devices have registered.
public enum NetworkBackends {
  private typealias Entry = (kind: DeviceKind, make: @Sendable (any Device) throws -> any NetworkBackend)

  private static let entries = Locked<[Entry]>([(.cpu, { _ in HostBackend() })])

  /// Has networks be computed on a kind of device, too. Once is enough.
  public static func register(
    _ kind: DeviceKind, make: @escaping @Sendable (any Device) throws -> any NetworkBackend
  ) {
    entries.withLock { entries in
      if !entries.contains(where: { $0.kind == kind }) { entries.append((kind, make)) }
    }
  }

  /// Kinds of devices that networks can be computed on; the first is the reference.
  public static var kinds: [DeviceKind] { entries.withLock { $0.map(\.kind) } }

  /// - Throws: `DeviceError` if there is none for such a device, or it doesn't begin to work.
  public static func make(on device: any Device) throws -> any NetworkBackend {
    let make = entries.withLock { $0.first { $0.kind == device.kind }?.make }
    guard let make else {
      throw DeviceError(
        device: device.name, action: "compute networks", reason: .refused,
        detail: "there is no implementation for a \(device.kind) device")
    }
    return try make(device)
  }
}
