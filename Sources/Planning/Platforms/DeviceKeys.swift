import Basics
import Dataflow

/// A device's description in a platform file.
struct DeviceKeys {
  static let speeds = ["flops", "efficiency", "half", "bandwidth", "launch", "decode"]
  static let all = ["kind", "model", "like", "speed", "cores", "count", "memory", "watts"] + speeds

  /// Operations or bytes a second. The bounds exceed any machine and keep computed times finite.
  static let rates = 1.0...1e24
  /// Seconds.
  static let delays = 0.0...3600

  private let name: String
  private let node: ConfigurationNode
  private let values: [String: ConfigurationNode]

  init(_ name: String, _ node: ConfigurationNode, _ values: [String: ConfigurationNode]) {
    self.name = name
    self.node = node
    self.values = values
  }

  /// - Parameter local: the machine of a device without a kind.
  func device(local: Platform) throws(ConfigurationError) -> any Device {
    guard let kindNode = values["kind"] else { return try here(local) }
    let kind = DeviceKind(rawValue: try kindNode.string())
    let units = kind == .cpu ? "cores" : "count"
    try refuse([kind == .cpu ? "count" : "cores"], "is for other kinds; use '\(units)'")
    return SimulatedDevice(
      name, kind, try speed(kind), model: try values["model"]?.string() ?? "",
      cores: try values[units]?.integer(in: 1...1024) ?? 1,
      memoryBytes: try values["memory"]?.integer(in: 1...1 << 60) ?? 0)
  }

  private func here(_ local: Platform) throws(ConfigurationError) -> any Device {
    try refuse(
      Self.all.filter { $0 != "watts" }, "is for devices with a 'kind'; without one it is this machine's own")
    guard let device = local.device(named: name) else {
      throw node.error(
        "this machine has no device '\(name)'; "
          + name.hint(
            among: local.devices.map(\.name), otherwise: "give its 'kind' to describe one that is not here"))
    }
    return device
  }

  private func speed(_ kind: DeviceKind) throws(ConfigurationError) -> SimulatedDevice.Speed {
    if let like = values["like"] {
      guard kind == .cpu, try like.string() == "local" else {
        throw like.error("\(like.path) can only be 'local', and only of a device of kind 'cpu'")
      }
      try refuse(Self.speeds, "says again what 'like' says; leave one of them out")
      return .likeHere(try values["speed"]?.number(in: 1e-6...1e6) ?? 1)
    }
    try refuse(["speed"], "goes with 'like: local'")
    let efficiency = try values["efficiency"]?.number(in: 0.001...1) ?? 1
    let roofline = Roofline(
      flops: try values["flops"]?.number(in: Self.rates) * efficiency,
      halfSpeedFlops: try values["half"]?.number(in: 0...Self.rates.upperBound) ?? 0,
      bandwidth: try values["bandwidth"]?.number(in: Self.rates),
      launch: try values["launch"]?.number(in: Self.delays) ?? 0,
      decode: try values["decode"]?.number(in: Self.rates))
    guard roofline.flops != nil || roofline.bandwidth != nil || roofline.decode != nil else {
      throw node.error("\(node.path) says nothing of its speed; give 'flops', 'bandwidth' or 'decode'")
    }
    return .declared(roofline)
  }

  private func refuse(_ keys: [String], _ reason: String) throws(ConfigurationError) {
    for key in keys {
      if let value = values[key] { throw value.error("\(value.path) \(reason)") }
    }
  }
}

extension Double? {
  fileprivate static func * (value: Double?, factor: Double) -> Double? { value.map { $0 * factor } }
}
