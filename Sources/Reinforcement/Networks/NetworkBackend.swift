import Basics
import Dataflow

/// The device that keeps and computes a learner's networks.
///
/// Algorithms make their networks on the host and use those that the backend returns. Losses, targets and
/// actions stay on the host.
///
/// Used by one thread at a time.
public protocol NetworkBackend: AnyObject {
  /// Such as `cpu` or `opencl:0`.
  var deviceName: String { get }

  /// Takes over a network with its parameters.
  ///
  /// - Throws: `DeviceError` if the device has too little memory or can't compute such a network.
  func adopt(_ network: any Network) throws -> any Network

  /// Checks for earlier failures. Networks don't throw: after a failure their outputs are invalid.
  ///
  /// - Throws: `DeviceError`: the first failure.
  func check() throws

  /// The time of moving data since the previous call.
  func takeTransferTime() -> Nanoseconds
}

/// The host as a backend, which returns networks unchanged.
public final class HostBackend: NetworkBackend {
  public let deviceName = "cpu"

  public init() {}

  public func adopt(_ network: any Network) -> any Network { network }
  public func check() {}
  public func takeTransferTime() -> Nanoseconds { 0 }
}

/// The available backends: the host's, and those registered for kinds of devices.
public enum NetworkBackends {
  private typealias Entry = (kind: DeviceKind, make: @Sendable (any Device) throws -> any NetworkBackend)

  private static let entries = Locked<[Entry]>([(.cpu, { _ in HostBackend() })])

  /// Registers the backend of a kind of device; later calls for the same kind do nothing.
  public static func register(
    _ kind: DeviceKind, make: @escaping @Sendable (any Device) throws -> any NetworkBackend
  ) {
    entries.withLock { entries in
      if !entries.contains(where: { $0.kind == kind }) { entries.append((kind, make)) }
    }
  }

  /// The kinds of devices with a backend; the first is the reference.
  public static var kinds: [DeviceKind] { entries.withLock { $0.map(\.kind) } }

  /// - Throws: `DeviceError` if the device's kind has no backend, or the device fails to start.
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
