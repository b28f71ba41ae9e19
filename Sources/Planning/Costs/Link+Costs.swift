import Dataflow

extension Link {
  /// The seconds of a transfer.
  public func seconds(_ traffic: Work.Traffic) -> Double {
    traffic.messages * latency + traffic.bytes / bandwidth
  }
}

extension Platform {
  /// The link's name in plans and simulations.
  static func linkName(from source: String, to target: String) -> String { "link \(source) → \(target)" }

  /// The most concurrent transfers: each of several identical devices has a link.
  func linkCapacity(_ a: any Device, _ b: any Device) -> Int {
    [a, b].compactMap { $0 as? SimulatedDevice }.filter { $0.kind != .cpu }.map(\.cores).max() ?? 1
  }

  /// The costs of stages on this platform.
  public func costs(_ calibration: Calibration?, for footprint: Footprint) -> any CostModel {
    if !isSimulated, let calibration { return CalibratedCosts(calibration, for: footprint) }
    return DeclaredCosts(self, calibration, for: footprint)
  }
}
