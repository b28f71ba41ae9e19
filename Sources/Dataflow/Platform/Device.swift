/// The kind of a processor. An implementation is written for one kind.
public struct DeviceKind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  public var description: String { rawValue }
}

/// A processor that stages can be placed on.
public protocol Device: Sendable {
  /// Unique within its platform, such as `cpu` or `opencl:0`.
  var name: String { get }
  var kind: DeviceKind { get }
  /// What the maker calls it.
  var model: String { get }
  /// How many instances can compute at the same time.
  var cores: Int { get }
  /// Bits that one vector instruction works on.
  var vectorBits: Int { get }
  /// Bytes of memory that the device may use.
  var memoryBytes: Int { get }
}

extension Device {
  /// Devices of the same silicon draw on the same cores.
  public var silicon: String { name }
  public var driver: String { "" }
}
