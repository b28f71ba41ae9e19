/// What joins two devices: data moves over it both ways at the same time, one transfer after the other each way.
public struct Link: Sendable, Hashable {
  /// The names of the devices.
  public let ends: Set<String>
  /// Bytes a second, each way.
  public let bandwidth: Double
  /// Seconds that a transfer takes whatever its size.
  public let latency: Double

  public init(_ a: String, _ b: String, bandwidth: Double, latency: Double = 0) {
    ends = [a, b]
    self.bandwidth = bandwidth
    self.latency = latency
  }

  /// Seconds that so much data takes.
  public func seconds(_ traffic: Work.Traffic) -> Double {
    traffic.messages * latency + traffic.bytes / bandwidth
  }
}

extension Platform {
  /// As plans and simulations call what carries data from one device to another.
  static func linkName(from source: String, to target: String) -> String { "link \(source) → \(target)" }

  /// How many transfers there may be at once: devices that stand for several alike have a link for each.
  func linkCapacity(_ a: any Device, _ b: any Device) -> Int {
    [a, b].compactMap { $0 as? SimulatedDevice }.filter { $0.kind != .cpu }.map(\.cores).max() ?? 1
  }

  /// What stages cost here.
  public func costs(_ calibration: Calibration?, for footprint: Footprint) -> any CostModel {
    if !isSimulated, let calibration { return CalibratedCosts(calibration, for: footprint) }
    return DeclaredCosts(self, calibration, for: footprint)
  }

  /// The way that data takes from one device to another: a link, or two by way of the host. Empty if there is none.
  public func route(from source: String, to target: String) -> [Link] {
    func link(_ a: String, _ b: String) -> Link? { links.first { $0.ends == [a, b] } }
    if let direct = link(source, target) { return [direct] }
    guard let host = device(of: .cpu)?.name, let up = link(source, host), let down = link(host, target) else {
      return []
    }
    return [up, down]
  }
}
