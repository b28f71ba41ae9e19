import Dataflow

/// Chooses each stage's device, implementation, instances and batch.
public struct Planner {
  public let graph: Graph
  public let platform: Platform
  /// The work of one iteration of the graph, in items of throughput.
  public var itemsPerIteration: Double
  /// Whether a single worker must run the graph.
  public var isOneWorker = false
  /// The accepted deviation of approximate stages, by metric: see `Calibration.Agreement`.
  public var tolerance: [String: Double] = [:]
  /// Fixed devices, by stage.
  public var placed: [String: String] = [:]
  /// Fixed numbers of the stages' placements, by stage.
  public var constraints: [String: PlacementConstraint] = [:]
  /// The power of this machine's CPU by a meter.
  public var measuredWatts: Power.Watts?
  let costs: any CostModel

  public init(_ graph: Graph, on platform: Platform, by costs: any CostModel) {
    self.graph = graph
    self.platform = platform
    self.costs = costs
    itemsPerIteration = Double(max(graph.itemsPerIteration, 1))
  }

  public init(_ workload: any Workload, on platform: Platform, by costs: any CostModel) {
    self.init(workload.graph, on: platform, by: costs)
    itemsPerIteration = workload.itemsPerIteration
    isOneWorker = workload.graph.inputs.isEmpty
    tolerance = workload.tolerance
    constraints = workload.constraints
  }

  /// A planner with the costs measured on this machine and declared in the platform's file.
  public init(
    _ workload: any Workload, on platform: Platform, by calibration: Calibration?, for footprint: Footprint
  ) {
    self.init(workload, on: platform, by: platform.costs(calibration, for: footprint))
    measuredWatts = platform.isSimulated ? nil : calibration?.watts
  }

  /// The best plan.
  ///
  /// - Parameter maximumLatency: the longest time of a lone item, in seconds.
  /// - Throws: `PlannerError` if there is none.
  public func plan(for objective: Objective, maximumLatency: Double = .infinity) throws(PlannerError)
    -> ChosenPlan
  {
    let problem = try problem()
    if objective == .efficiency, problem.energy == .unknown { throw .unknownPower }
    var search = PlanSearch(problem: problem, objective: objective, maximumLatency: maximumLatency)
    guard let best = search.best() else {
      search.maximumLatency = .infinity
      guard let fastest = PlanSearch(problem: problem, objective: .latency).best() else {
        throw .unsatisfiable
      }
      let slowest = zip(problem.stages, fastest.choice.options).max { a, b in
        (a.0.options[a.1].seconds.first ?? nil) ?? 0 < (b.0.options[b.1].seconds.first ?? nil) ?? 0
      }
      throw .latency(
        limit: maximumLatency, lowest: fastest.prediction.latency, slowest: slowest?.0.name ?? "")
    }
    if objective == .throughput, let calmer = calmer(than: best, problem, maximumLatency) {
      return calmer
    }
    return planned(best, problem, objective)
  }

  /// A plan of the same throughput (within 1 to 3 %, as measurements are) that is better in other ways.
  ///
  /// It prefers parallel instances to one on several cores: other load on one of those cores, such as clients
  /// or connections, delays the whole firing (measured: a tenth). Then it prefers the smallest sufficient
  /// batches, as larger ones only take longer.
  private func calmer(
    than best: PlanSearch.Result, _ problem: PlanningProblem, _ maximumLatency: Double
  ) -> ChosenPlan? {
    func quickest(of problem: PlanningProblem, within tolerance: Double) -> ChosenPlan? {
      var search = PlanSearch(problem: problem, objective: .latency, maximumLatency: maximumLatency)
      search.maximumInterval = best.prediction.interval * (platform.isSimulated ? 1 + 1e-9 : 1 + tolerance)
      return search.best().map { planned($0, problem, .throughput) }
    }
    if problem.workers.count > 1 {
      var single = problem
      for stage in single.stages.indices {
        single.stages[stage].options.removeAll { $0.processor == problem.host && $0.cores > 1 }
      }
      let isPossible = single.stages.allSatisfy { !$0.options.isEmpty }
      let isSpread = zip(problem.stages, best.choice.options).contains { stage, option in
        stage.options[option].processor == problem.host && stage.options[option].cores > 1
      }
      if isPossible, let quickest = quickest(of: single, within: isSpread ? 0.03 : 0.01) { return quickest }
    }
    return problem.hasBatches ? quickest(of: problem, within: 0.01) : nil
  }

  /// The best plan; if the user-given numbers have none, the best without them, and the error.
  public func nearestPlan(for objective: Objective) throws(PlannerError) -> (
    chosen: ChosenPlan, obstacle: PlannerError?
  ) {
    do {
      return (try plan(for: objective), nil)
    } catch {
      guard !constraints.isEmpty else { throw error }
      var free = self
      free.constraints = [:]
      return (try free.plan(for: objective), error)
    }
  }

  /// The best plan and up to `count` others, best first.
  public func alternatives(_ count: Int, for objective: Objective) throws(PlannerError) -> [ChosenPlan] {
    let (chosen, all) = (try plan(for: objective), try all(for: objective))
    return ([chosen] + all).diverse(count + 1)
  }

  /// Every plan with its prediction, best first.
  public func all(for objective: Objective, maximumLatency: Double = .infinity, limit: Int = 20_000)
    throws(PlannerError) -> [ChosenPlan]
  {
    let problem = try problem()
    if objective == .efficiency, problem.energy == .unknown { throw .unknownPower }
    return PlanSearch(problem: problem, objective: objective, maximumLatency: maximumLatency)
      .all(limit: limit).map { planned($0, problem, objective) }
  }

  /// The best plan's throughput under hypothetical changes.
  public func whatIf(_ objective: Objective) throws(PlannerError) -> [(change: String, throughput: Double)] {
    let problem = try problem()
    var answers: [(change: String, throughput: Double)] = []
    func ask(_ change: String, _ modify: (inout PlanningProblem) -> Void) {
      var other = problem
      modify(&other)
      if let best = PlanSearch(problem: other, objective: objective).best() {
        answers.append((change, best.prediction.throughput))
      }
    }
    for index in problem.resources.indices where problem.resources[index].isProcessor {
      ask("twice the cores of \(problem.resources[index].name)") { problem in
        problem.resources[index].capacity *= 2
        if index == problem.host { problem.workers = problem.workers.map { $0 * 2 } }
      }
    }
    for stage in problem.stages.indices {
      ask("\(problem.stages[stage].name) twice as fast") { problem in
        for option in problem.stages[stage].options.indices {
          let seconds = problem.stages[stage].options[option].seconds
          problem.stages[stage].options[option].seconds = seconds.map { $0.map { $0 / 2 } }
        }
      }
    }
    for device in platform.devices where device.kind != .cpu {
      ask("without \(device.name)") { problem in
        for stage in problem.stages.indices {
          problem.stages[stage].options.removeAll { $0.device == device.name }
        }
      }
    }
    return answers
  }

  private func planned(_ result: PlanSearch.Result, _ problem: PlanningProblem, _ objective: Objective)
    -> ChosenPlan
  {
    ChosenPlan(
      application: graph.name, objective: objective,
      plan: problem.plan(result.choice, interval: result.prediction.interval),
      prediction: result.prediction, energy: problem.energy, isExact: result.isExact,
      platform: platform.isSimulated ? platform.name : nil)
  }

  /// A plan's prediction; `nil` if the plan isn't among the planner's choices.
  public func prediction(of plan: Plan) throws(PlannerError) -> Prediction? {
    let problem = try problem()
    let options = problem.stages.compactMap { stage in
      plan.placements.first { $0.stages.contains(stage.name) }.flatMap { placement in
        stage.options.firstIndex {
          $0.device == placement.device(of: stage.name) && $0.batch == placement.batch
            && $0.implementation == placement.implementations[stage.name]
        }
      }
    }
    guard options.count == problem.stages.count else { return nil }
    for (level, workers) in problem.workers.enumerated() {
      var state = PlanState(problem)
      let isPossible = options.indices.allSatisfy {
        state.add(options[$0], Array(options[..<$0]), problem, level: level, workers: workers)
      }
      guard isPossible else { continue }
      let same = problem.plan(PlanSearch.Choice(options: options, workers: workers), interval: 0)
      let isSame =
        same.placements.map(\.stages) == plan.placements.map(\.stages)
        && same.placements.map(\.instances) == plan.placements.map(\.instances)
      if isSame { return state.prediction(problem) }
    }
    return nil
  }
}

extension PlanningProblem {
  /// The plan of a choice of options: see `PlanState`.
  ///
  /// Batches fill by themselves under load, and a device that waits for them is idle. Waiting for full
  /// batches pays only if the device has other placements to run meanwhile. User-given batches have a
  /// user-given wait.
  ///
  /// - Parameter interval: seconds between items, which determine the wait.
  func plan(_ choice: PlanSearch.Choice, interval: Double) -> Plan {
    var placements: [Placement] = []
    var last: Opening?
    var isChosen: [Bool] = []
    for (stage, index) in zip(stages, choice.options) {
      let option = stage.options[index]
      let opening = opening(stage, option, workers: choice.workers)
      let joined = join(last, opening)
      if joined == nil {
        placements.append(
          Placement([], on: option.device, instances: opening.instances, batch: option.batch))
        isChosen.append(true)
      }
      if stage.constraint.batch != nil { isChosen[isChosen.count - 1] = false }
      placements[placements.count - 1].append(stage.name, on: option.device, by: option.implementation)
      last = joined ?? opening
    }
    var plan = Plan(placements)
    for index in placements.indices
    where isChosen[index] && placements.count(where: { $0.device == placements[index].device }) > 1 {
      plan.placements[index].queueDelay = 2 * Double(plan.placements[index].batch - 1) * interval
    }
    plan.fitQueues()
    return plan
  }
}
