import Dataflow

extension Plan {
  /// The first stage whose implementation exceeds the application's tolerance, as far as measured.
  ///
  /// - Parameter agreements: called only for an approximate implementation.
  public func firstTooImprecise(
    of workload: any Workload, on platform: Platform, agreements: () -> [Calibration.Agreement]
  ) -> String? {
    placements.lazy.flatMap { placement in placement.stages.map { (placement, $0) } }.first {
      placement, name in
      guard let stage = workload.graph.stages.first(where: { $0.name == name }),
        let implementation = platform.device(named: placement.device(of: name))?.implementations(of: stage)
          .first(where: { $0.name == placement.implementations[name] })
      else { return false }
      return implementation.approximation != nil
        && !agreements().admit(implementation, of: stage, within: workload.tolerance)
    }?.1
  }
}
