import Dataflow

extension DeviceKind {
  public static let gpu = DeviceKind(rawValue: "gpu")
  public static let fpga = DeviceKind(rawValue: "fpga")
}

/// A device that is described and not there: plans can be made for it and simulated, but nothing runs on it.
public struct SimulatedDevice: Device {
  /// How fast it is described to be.
  public enum Speed: Sendable, Hashable {
    /// So many times as fast as this machine's CPU, core by core: what was calibrated here, divided by the factor.
    case likeHere(Double)
    case declared(Roofline)
  }

  public let name: String
  public let kind: DeviceKind
  public let model: String
  /// How many firings it computes side by side: cores of a CPU; for others, as many of them as there are alike.
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

  /// How many firings may be done at once.
  var batches: [Int] { kind == .cpu ? [1] : [1, 2, 4, 8, 16, 32, 64] }
}
