/// What the processors of a platform draw, in watts, by the name of their silicon.
public struct Power: Sendable, Hashable {
  public struct Watts: Sendable, Hashable, Codable {
    /// Whether it works or not.
    public var idle: Double
    /// With everything at work.
    public var full: Double

    public init(idle: Double, full: Double) {
      self.idle = idle
      self.full = full
    }
  }

  public var watts: [String: Watts]

  public init(_ watts: [String: Watts] = [:]) { self.watts = watts }

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
