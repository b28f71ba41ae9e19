import Dataflow
import OpenCL
import Reinforcement

/// A network that says how an OpenCL device computes it.
public protocol OpenCLPlaceable: Network {
  /// The network as the device computes it; its parameters are there from now on.
  ///
  /// - Throws: `DeviceError`.
  func placed(on backend: OpenCLBackend) throws -> any Network
}

extension OpenCLDevice {
  /// Registers OpenCL devices, and has networks be computed on them.
  public static func registerNetworks() {
    register()
    NetworkBackends.register(.opencl) { try OpenCLBackend(on: $0.openCL()) }
  }
}
