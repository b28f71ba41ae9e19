extension DeviceKind {
  public static let gpu = DeviceKind(rawValue: "gpu")
  public static let fpga = DeviceKind(rawValue: "fpga")
}

/// A device that is described and not there: plans can be made for it and simulated, but nothing runs on it.
public struct SimulatedDevice: Device {
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

  public var silicon: String { name }
  public var driver: String { "" }
  public var vectorBits: Int { 0 }

  public func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer { throw absence }
  public func makeQueue() throws(DeviceError) -> any DeviceQueue { throw absence }

  private var absence: DeviceError {
    DeviceError(
      device: name, action: "run anything", reason: .unavailable,
      detail: "it is only described; use: drivetrain simulate")
  }

  /// A CPU has the stages' own; for any other device it is assumed that somebody writes one.
  public func implementations(of stage: Stage) -> [Implementation] {
    guard kind != .cpu else { return stage.implementations.filter { $0.deviceKind == .cpu } }
    guard stage.work != nil else { return [] }
    return [
      Implementation("declared", on: kind, maximumBatchSize: .max) { [absence] _ in throw absence }
    ]
  }

  /// How many firings may be done at once.
  var batches: [Int] { kind == .cpu ? [1] : [1, 2, 4, 8, 16, 32, 64] }
}
