import Dataflow

extension DeviceKind {
  public static let gpu = DeviceKind(rawValue: "gpu")
  public static let fpga = DeviceKind(rawValue: "fpga")
}

/// A device that is only described: plans for it can be made and simulated, but not run.
public struct SimulatedDevice: Device {
  /// The declared speed.
  public enum Speed: Sendable, Hashable {
    /// The speed relative to this machine's CPU, core by core: calibrated times are divided by it.
    case likeHere(Double)
    case declared(Roofline)
  }

  public let name: String
  public let kind: DeviceKind
  public let model: String
  /// Concurrent firings: a CPU's cores, or the number of identical devices.
  public let cores: Int
  public let memoryBytes: Int
  public let speed: Speed

  public init(
    _ name: String, _ kind: DeviceKind, _ speed: Speed, model: String = "", cores: Int = 1,
    memoryBytes: Int = 0
  ) {
    self.name = name
    self.kind = kind
    self.speed = speed
    self.model = model
    self.cores = cores
    self.memoryBytes = memoryBytes
  }

  public var processor: String { name }
  public var driver: String { "" }
  public var vectorBits: Int { 0 }

  public var isSimulated: Bool { true }

  public func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer {
    throw DeviceError.describedOnly(name)
  }
  public func makeQueue() throws(DeviceError) -> any DeviceQueue { throw DeviceError.describedOnly(name) }

  /// The possible batch sizes.
  var batches: [Int] { kind == .cpu ? [1] : [1, 2, 4, 8, 16, 32, 64] }
}
