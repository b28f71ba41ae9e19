/// Chooses for each stage where it runs, by which implementation, in how many instances, and with what batch.
public struct Planner {
  /// What is planned for.
  public let graph: Graph
  public let platform: Platform
  /// Items that one iteration of the graph gets done, in the unit that throughput is told in.
  public var itemsPerIteration: Double
  /// Whether the graph can only be run by one worker.
  public var isOneWorker = false
  /// How much a stage of reduced precision may differ, by metric: see `Calibration.Agreement`.
  public var tolerance: [String: Double] = [:]
  private let calibration: Calibration
  private let footprint: Footprint

  public init(_ graph: Graph, on platform: Platform, by calibration: Calibration, for footprint: Footprint) {
    self.graph = graph
    self.platform = platform
    self.calibration = calibration
    self.footprint = footprint
    itemsPerIteration = Double(max(graph.itemsPerIteration, 1))
  }

  public init(
    _ workload: any Workload, on platform: Platform, by calibration: Calibration, for footprint: Footprint
  ) {
    self.init(workload.graph, on: platform, by: calibration, for: footprint)
    itemsPerIteration = workload.itemsPerIteration
    isOneWorker = workload.graph.inputs.isEmpty
    tolerance = workload.tolerance
  }

  /// The best plan.
  ///
  /// - Parameter maximumLatency: seconds that an item alone may take.
  public func plan(for objective: Objective, maximumLatency: Double = .infinity) throws(PlannerError)
    -> ChosenPlan
  {
    let problem = try problem()
    if objective == .efficiency, problem.energy == .unknown { throw .unknownPower }
    var search = PlanSearch(problem: problem, objective: objective, maximumLatency: maximumLatency)
    guard let best = search.best() else {
      search.maximumLatency = .infinity
      let fastest = PlanSearch(problem: problem, objective: .latency).best()
      let slowest = fastest.flatMap { fastest in
        zip(problem.stages, fastest.choice.options).max { a, b in
          (a.0.options[a.1].seconds.first ?? nil) ?? 0 < (b.0.options[b.1].seconds.first ?? nil) ?? 0
        }
      }
      throw .latency(
        limit: maximumLatency, lowest: fastest?.prediction.latency ?? .infinity,
        slowest: slowest?.0.name ?? "")
    }
    return planned(best, problem, objective)
  }

  /// Every plan there is with what is expected of it, best first.
  public func all(for objective: Objective, maximumLatency: Double = .infinity, limit: Int = 20_000)
    throws(PlannerError) -> [ChosenPlan]
  {
    let problem = try problem()
    if objective == .efficiency, problem.energy == .unknown { throw .unknownPower }
    return PlanSearch(problem: problem, objective: objective, maximumLatency: maximumLatency)
      .all(limit: limit).map { planned($0, problem, objective) }
  }

  /// What would become of the best plan's throughput if something were different.
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
      application: graph.name, objective: objective, plan: problem.plan(result.choice, in: graph),
      prediction: result.prediction, energy: problem.energy, isExact: result.isExact)
  }

  /// The numbers.
  func problem() throws(PlannerError) -> PlanningProblem {
    var silicons: [String] = []
    for device in platform.devices where !silicons.contains(device.silicon) {
      silicons.append(device.silicon)
    }
    var resources = silicons.map { silicon in
      let devices = platform.devices.filter { $0.silicon == silicon }
      return PlanningProblem.Resource(silicon, capacity: Double(devices.map(\.cores).max() ?? 1))
    }
    let host = platform.device(of: .cpu)
    let order = graph.topology.order(of: Array(graph.stages.indices))
    let cores = host?.cores ?? 1
    let workers = cores > 1 && !isOneWorker && graph.canBeReplicated(on: platform) ? Array(1...cores) : [1]
    var entries: [PlanningProblem.StageEntry] = []
    for index in order {
      let stage = graph.stages[index]
      var options: [PlanningProblem.Option] = []
      for implementation in stage.implementations where isEligible(implementation, stage) {
        for device in platform.devices where device.kind == implementation.deviceKind {
          guard let silicon = silicons.firstIndex(of: device.silicon) else { continue }
          let option = option(implementation, of: index, on: device, silicon, workers, &resources)
          if option.seconds.contains(where: { $0 != nil }) { options.append(option) }
        }
      }
      guard !options.isEmpty else { throw missing(stage) }
      let sources = graph.connections.filter { $0.target.stage == index && $0.initialItems.isEmpty }
      entries.append(
        PlanningProblem.StageEntry(
          stage.name, sources: Set(sources.compactMap { order.firstIndex(of: $0.source.stage) }).sorted(),
          isSingle: stage.isStateful, options: options))
    }
    var problem = PlanningProblem(
      stages: entries, resources: resources,
      host: host.flatMap { silicons.firstIndex(of: $0.silicon) } ?? 0, workers: workers)
    problem.isOneWorker = isOneWorker
    problem.overhead = calibration.overhead.median
    platform.power.apply(to: &problem)
    return problem
  }

  private func option(
    _ implementation: Implementation, of stage: Int, on device: any Device, _ silicon: Int, _ workers: [Int],
    _ resources: inout [PlanningProblem.Resource]
  ) -> PlanningProblem.Option {
    let firings = Double(graph.repetitions[stage].count) / itemsPerIteration
    func seconds(_ source: String?, _ workers: Int) -> Double? {
      let subject = PerformanceModel.Subject(
        stage: graph.stages[stage].name, implementation: implementation.name, device: device.name,
        source: source)
      return calibration.model(of: subject)?.estimate(for: footprint, workers: workers).map {
        $0.seconds * firings
      }
    }
    var fetches: [String: PlanningProblem.Fetch] = [:]
    for source in platform.devices where source.name != device.name {
      guard let seconds = seconds(source.name, 1) else { continue }
      let name = "link \(source.name) → \(device.name)"
      let link = resources.firstIndex { $0.name == name } ?? resources.count
      if link == resources.count {
        resources.append(PlanningProblem.Resource(name, capacity: 1, isProcessor: false))
      }
      fetches[source.name] = PlanningProblem.Fetch(seconds: seconds, resource: link)
    }
    return PlanningProblem.Option(
      device: device.name, implementation: implementation.name, silicon: silicon,
      cores: Double(implementation.parallelism.cores(of: device)), seconds: workers.map { seconds(nil, $0) },
      fetches: fetches)
  }

  /// What computes with reduced precision must have been found close enough to the reference.
  private func isEligible(_ implementation: Implementation, _ stage: Stage) -> Bool {
    guard implementation.isReducedPrecision else { return true }
    return !tolerance.isEmpty
      && tolerance.allSatisfy { metric, least in
        calibration.agreements.contains {
          $0.stage == stage.name && $0.implementation == implementation.name && $0.metric == metric
            && $0.value >= least
        }
      }
  }

  private func missing(_ stage: Stage) -> PlannerError {
    let devices = platform.devices
    guard stage.implementations.contains(where: { one in devices.contains { $0.kind == one.deviceKind } })
    else { return .noOption(stage: stage.name, devices: devices.map(\.name)) }
    let sizes = calibration.footprints.map(\.name).joined(separator: ", ")
    return .unknownCosts(
      stage: stage.name,
      reason: "\(footprint) is outside of what was measured (\(sizes)); calibrate with input of that size")
  }
}

extension PlanningProblem {
  /// The plan that a choice of options stands for: see `PlanState`.
  func plan(_ choice: PlanSearch.Choice, in graph: Graph) -> Plan {
    var placements: [Placement] = []
    var last: (silicon: Int, isSingle: Bool)?
    for (stage, index) in zip(stages, choice.options) {
      let option = stage.options[index]
      let continues =
        last.map { isOneWorker || $0.silicon == option.silicon && !$0.isSingle && !stage.isSingle } ?? false
      if !continues {
        let isAlone = stage.isSingle || isOneWorker
        placements.append(
          Placement(
            [], on: option.device,
            instances: isAlone ? 1 : option.silicon == host ? choice.workers : acceleratorWorkers))
      }
      let position = placements.count - 1
      placements[position].stages.append(stage.name)
      placements[position].implementations[stage.name] = option.implementation
      if placements[position].device != option.device {
        placements[position].devices[stage.name] = option.device
      }
      last = (option.silicon, stage.isSingle)
    }
    return Plan(placements)
  }
}
