import Dataflow

extension Workload {
  /// What has been measured of it on this machine, which `platform` may describe, or another one.
  ///
  /// - Throws: `CalibrationError`.
  public func calibration(on platform: Platform, in store: ModelStore = ModelStore()) throws -> Calibration {
    let platform = platform.measured
    return try store.load(
      graph.name, signature: signature, on: Machine(platform, libraries: libraries),
      isWhole: !platform.isPart)
  }
}
