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
  /// The maker's product name.
  var model: String { get }
  /// The version of the driver or the system. Measurements and builds hold for one version only.
  var driver: String { get }
  /// The identity of the hardware. Devices with the same value share cores, such as the CPU and an OpenCL
  /// runtime on it.
  var processor: String { get }
  /// The instances that can compute at the same time.
  var cores: Int { get }
  /// The width of a vector instruction, in bits.
  var vectorBits: Int { get }
  /// The memory that the device may use, in bytes.
  var memoryBytes: Int { get }

  /// Whether it is only described: plans can be made for it, but nothing runs on it.
  var isSimulated: Bool { get }

  /// Device memory with undefined contents.
  func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer
  /// A new queue. Any thread may make one; each queue is used by one thread at a time.
  func makeQueue() throws(DeviceError) -> any DeviceQueue
}

extension Device {
  public var isSimulated: Bool { false }
}

/// Memory of a device, freed with its last reference.
public protocol Buffer: AnyObject, Sendable {
  var byteCount: Int { get }
}

/// An in-order queue of commands to a device.
///
/// A command returns once it is queued, whether it is done or not. A later command may report its failure.
public protocol DeviceQueue: AnyObject {
  /// Copies bytes to the device. The source must stay unchanged until `finish`.
  ///
  /// - Precondition: they fit into the buffer, which is of the same device.
  func write(_ source: UnsafeRawBufferPointer, to buffer: any Buffer, at offset: Int) throws(DeviceError)

  /// Copies bytes from the device. The destination must not be used until `finish`.
  ///
  /// - Precondition: the buffer, which is of the same device, has as many bytes.
  func read(
    _ buffer: any Buffer, at offset: Int, into destination: UnsafeMutableRawBufferPointer
  ) throws(DeviceError)

  /// Waits until all commands are done.
  func finish() throws(DeviceError)
}
