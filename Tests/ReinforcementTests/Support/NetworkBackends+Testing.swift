import Dataflow
import Reinforcement
import Testing

extension NetworkBackends {
  /// Every device of this machine that networks can be computed on.
  static var testDevices: [String] {
    Platform.local.devices.filter { kinds.contains($0.kind) }.map(\.name)
  }

  static func make(onDeviceNamed name: String) throws -> any NetworkBackend {
    try make(on: #require(Platform.local.device(named: name)))
  }
}
