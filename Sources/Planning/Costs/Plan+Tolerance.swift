import Dataflow

extension Plan {
  /// The first stage whose implementation is less precise than the application's tolerance allows, as far as that was measured.
  ///
  /// - Parameter agreements: asked for of stages that are less precise, and only then.
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
