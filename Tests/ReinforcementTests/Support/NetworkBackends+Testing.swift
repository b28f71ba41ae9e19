import Dataflow
import OpenCL
import OpenCLReinforcement
import Reinforcement
import TestSupport
import Testing

extension NetworkBackends {
  /// Every device of this machine that networks can be computed on.
  static var testDevices: [String] {
    OpenCLDevice.registerNetworks()
    return Platform.whole.devices.filter { kinds.contains($0.kind) }.map(\.name)
  }

  static func make(onDeviceNamed name: String) throws -> any NetworkBackend {
    OpenCLDevice.registerNetworks()
    return try make(on: #require(Platform.whole.device(named: name)))
  }
}
