import Basics
import Dataflow

extension Platform {
  /// The platforms that ship with Drivetrain.
  public static let library = ConfigurationLibrary(of: "platform", in: "Platforms")

  /// Reads a machine's description:
  ///
  /// ```yaml
  /// name: desktop
  /// devices:
  ///   cpu:                      # with 'watts' alone: this machine's own
  ///     kind: cpu
  ///     model: Core i9
  ///     like: local             # times are those calibrated here …
  ///     speed: 1.6              # … divided by this
  ///     cores: 8
  ///     watts: {idle: 30, full: 253}
  ///   gpu:
  ///     kind: gpu               # or fpga, or any other word
  ///     count: 2                # alike, each with a link of its own
  ///     flops: 14e12            # see Roofline
  ///     bandwidth: 900e9
  ///     launch: 5e-6
  /// links:
  ///   - {between: [cpu, gpu], bandwidth: 12e9, latency: 10e-6}
  /// ```
  ///
  /// - Parameter reference: a path, or a name in `Platforms`.
  /// - Throws: `UnknownConfiguration`, `ConfigurationError` with file and line.
  public init(contentsOf reference: String) throws {
    try self.init(ConfigurationNode(contentsOf: Self.library.path(of: reference)))
  }

  /// - Parameter local: the machine of devices without a kind.
  public init(_ document: ConfigurationNode, local: Platform = .local) throws(ConfigurationError) {
    let values = try document.mapping(keys: ["name", "description", "devices", "links"])
    guard let devicesNode = values["devices"] else { throw document.error("the key 'devices' is missing") }
    var (devices, power) = ([any Device](), Power())
    for (name, node) in try devicesNode.entries() {
      if let flaw = name.flawAsName { throw node.error("a device's name \(flaw); choose another one") }
      let node = node.named("device '\(name)'")
      let keys = try node.mapping(keys: DeviceKeys.all)
      let device = try DeviceKeys(name, node, keys).device(local: local)
      devices.append(device)
      if let watts = keys["watts"] {
        power.watts[name] = try Power.Watts(watts, times: device.kind == .cpu ? 1 : Double(device.cores))
      }
    }
    guard devices.count(where: { $0.kind == .cpu }) == 1 else {
      throw devicesNode.error("there must be one device of kind 'cpu', which everything else is linked with")
    }
    let names = devices.map(\.name)
    var links: [Link] = []
    for node in try values["links"]?.list() ?? [] {
      let link = try Link(node, among: names)
      guard !links.contains(where: { $0.ends == link.ends }) else {
        throw node.error("\(link.ends.sorted().joined(separator: " and ")) are linked twice")
      }
      links.append(link)
    }
    self.init(
      devices: devices, power: power, links: links,
      name: try document.name(values["name"], otherwise: document.fileStem))
    guard let host = device(of: .cpu)?.name else { return }
    for device in devices where device is SimulatedDevice && device.name != host {
      guard links.contains(where: { $0.ends == [host, device.name] }) else {
        throw (values["links"] ?? document).error(
          "device '\(device.name)' has no link with '\(host)'; add under 'links': "
            + "{between: [\(host), \(device.name)], bandwidth: …, latency: …}")
      }
    }
  }

  /// Whether measurements of this machine matter for it.
  public var isMeasured: Bool {
    devices.contains { device in
      guard let described = device as? SimulatedDevice else { return true }
      if case .likeHere = described.speed { return true }
      return false
    }
  }

  /// The local devices whose calibration it needs: its own, or all local ones if a file describes another
  /// machine.
  public var measured: Platform {
    guard name != nil else { return self }
    return isPart && !isSimulated ? Platform.local.only(devices.map(\.name)) : .local
  }

  /// Whether a device is only described: plans can then be simulated, but not run.
  public var isSimulated: Bool { devices.contains(where: \.isSimulated) }
}

extension Power.Watts {
  /// - Parameter count: identical devices with these watts each.
  fileprivate init(_ node: ConfigurationNode, times count: Double) throws(ConfigurationError) {
    let values = try node.mapping(keys: ["idle", "full"])
    guard let idleNode = values["idle"], let fullNode = values["full"] else {
      throw node.error("\(node.path) needs the keys 'idle' and 'full'")
    }
    let (idle, full) = (try idleNode.number(in: 0...1e6), try fullNode.number(in: 0...1e6))
    self.init(idle: idle * count, full: full * count)
    guard full >= idle else {
      throw fullNode.error("\(fullNode.path) is \(full), less than the \(idle) of 'idle'")
    }
  }
}

extension Link {
  fileprivate init(_ node: ConfigurationNode, among names: [String]) throws(ConfigurationError) {
    let node = node.named("the link")
    let values = try node.mapping(keys: ["between", "bandwidth", "latency"])
    guard let between = values["between"], let bandwidth = values["bandwidth"] else {
      throw node.error("a link needs the keys 'between' and 'bandwidth'")
    }
    var ends: [String] = []
    for end in try between.list() {
      let name = try end.string()
      guard names.contains(name) else {
        throw end.error(
          "there is no device '\(name)'; \(name.hint(among: names))")
      }
      ends.append(name)
    }
    guard ends.count == 2, ends[0] != ends[1] else { throw between.error("a link is between two devices") }
    self.init(
      ends[0], ends[1], bandwidth: try bandwidth.number(in: DeviceKeys.rates),
      latency: try values["latency"]?.number(in: DeviceKeys.delays) ?? 0)
  }
}
