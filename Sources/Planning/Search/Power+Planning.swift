import Dataflow

extension Power {
  /// Tells a planning problem what its resources draw; unknown where any processor's watts are.
  ///
  /// - Parameter measured: what a meter says of the host, where the platform says nothing.
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
