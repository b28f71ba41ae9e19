import Dataflow

extension CPUDevice {
  /// Two cores, whatever this machine has.
  public static let twoCores = CPUDevice(model: "test", cores: 2, vectorBits: 64, memoryBytes: 1 << 30)
}
