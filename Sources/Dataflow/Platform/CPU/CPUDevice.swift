extension DeviceKind {
  public static let cpu = DeviceKind(rawValue: "cpu")
}

/// The processor cores that this process may use, as one device.
public struct CPUDevice: Device {
  public let name = "cpu"
  public let kind = DeviceKind.cpu
  public let model: String
  public let cores: Int
  public let vectorBits: Int
  public let memoryBytes: Int
}
