import Dataflow

extension Workload {
  /// The calibration of the workload on this machine, for `platform`, which may describe another one.
  ///
  /// - Throws: `CalibrationError`.
  public func calibration(on platform: Platform, in store: ModelStore = ModelStore()) throws -> Calibration {
    let platform = platform.measured
    return try store.load(
      graph.name, signature: signature, on: Machine(platform, libraries: libraries),
      isWhole: !platform.isPart)
  }
}
