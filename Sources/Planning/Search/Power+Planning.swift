import Dataflow

extension Power {
  /// Sets the power of a problem's resources; energy is unknown if any processor's is.
  ///
  /// - Parameter measured: the host's power by a meter, unless the platform declares it.
  func apply(to problem: inout PlanningProblem, measured: Watts? = nil) {
    problem.energy = .measured
    for index in problem.resources.indices where problem.resources[index].isProcessor {
      let resource = problem.resources[index]
      let declared = watts[resource.name]
      guard let watts = declared ?? (index == problem.host ? measured : nil) else {
        problem.energy = .unknown
        return
      }
      if declared != nil { problem.energy = .modelled }
      problem.resources[index].idleWatts = watts.idle
      problem.resources[index].activeWatts = (watts.full - watts.idle) / resource.capacity
    }
  }
}
