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
  /// The version of the driver or the system that runs it: what is measured or built for one need not hold for
  /// another.
  var driver: String { get }
  /// What it is made of: devices of the same value draw on the same cores, such as the CPU and an OpenCL runtime
  /// on it.
  var processor: String { get }
  /// How many instances can compute at the same time.
  var cores: Int { get }
  /// Bits that one vector instruction works on.
  var vectorBits: Int { get }
  /// Bytes of memory that the device may use.
  var memoryBytes: Int { get }

  /// Whether it is only described: plans can be made for it, but nothing runs on it.
  var isSimulated: Bool { get }

  /// Memory that the device works on, contents undefined.
  func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer
  /// Any thread may make one; each queue is used by one thread at a time.
  func makeQueue() throws(DeviceError) -> any DeviceQueue
}

extension Device {
  public var isSimulated: Bool { false }
}

/// Memory of a device. It is freed when the last reference goes.
public protocol Buffer: AnyObject, Sendable {
  var byteCount: Int { get }
}

/// Commands to a device, done one after the other in the order they were given.
///
/// A command returns as soon as it is queued; it may be done by then or not. A command that fails may be told of by
/// a later one.
public protocol DeviceQueue: AnyObject {
  /// Copies bytes to the device. They must stay there unchanged until `finish`.
  ///
  /// - Precondition: they fit into the buffer, which is of the same device.
  func write(_ source: UnsafeRawBufferPointer, to buffer: any Buffer, at offset: Int) throws(DeviceError)

  /// Copies bytes from the device. Nobody may use the destination until `finish`.
  ///
  /// - Precondition: the buffer, which is of the same device, has as many bytes.
  func read(
    _ buffer: any Buffer, at offset: Int, into destination: UnsafeMutableRawBufferPointer
  ) throws(DeviceError)

  /// Returns when all commands are done.
  func finish() throws(DeviceError)
}
