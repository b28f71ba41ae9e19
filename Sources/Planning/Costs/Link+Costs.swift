import Dataflow

extension Link {
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
}
