import Dataflow
import OpenCL
import Reinforcement

/// A network that can be computed on an OpenCL device.
public protocol OpenCLPlaceable: Network {
  /// Moves the network, with its parameters, to the device.
  ///
  /// - Throws: `DeviceError`.
  func placed(on backend: OpenCLBackend) throws -> any Network
}

extension OpenCLDevice {
  /// Registers OpenCL devices, and their computation of networks.
  public static func registerNetworks() {
    register()
    NetworkBackends.register(.opencl) { try OpenCLBackend(on: $0.openCL()) }
  }
}
