import Basics

extension DeviceKind {
  public static let cpu = DeviceKind(rawValue: "cpu")
}

/// The processor cores that this process may use, as one device. Its memory is the host's.
public struct CPUDevice: Device {
  public let name = "cpu"
  public let kind = DeviceKind.cpu
  public let processor = CPUDevice.ownProcessor
  public let model: String
  public let driver: String
  public let cores: Int
  public let vectorBits: Int
  public let memoryBytes: Int

  /// The `processor` of every device that computes on this process's cores.
  public static let ownProcessor = "cpu"

  static let local = discover()

  package init(model: String, driver: String = "", cores: Int, vectorBits: Int, memoryBytes: Int) {
    self.model = model
    self.driver = driver
    self.cores = cores
    self.vectorBits = vectorBits
    self.memoryBytes = memoryBytes
  }

  public func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer {
    guard byteCount <= memoryBytes else {
      throw DeviceError(
        device: name, action: "allocate \(byteText(byteCount))", reason: .tooLarge(limit: memoryBytes),
        detail: "there is less memory")
    }
    guard let buffer = HostBuffer(byteCount: byteCount) else {
      throw DeviceError(
        device: name, action: "allocate \(byteText(byteCount))", reason: .outOfMemory,
        detail: "there is no such memory")
    }
    return buffer
  }

  public func makeQueue() -> any DeviceQueue { HostQueue() }
}
