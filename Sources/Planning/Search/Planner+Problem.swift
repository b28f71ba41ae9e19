import Dataflow

extension Planner {
  /// The planning problem in numbers.
  func problem() throws(PlannerError) -> PlanningProblem {
    var processors: [String] = []
    for device in platform.devices where !processors.contains(device.processor) {
      processors.append(device.processor)
    }
    var resources = processors.map { processor in
      let devices = platform.devices.filter { $0.processor == processor }
      return PlanningProblem.Resource(processor, capacity: Double(devices.map(\.cores).max() ?? 1))
    }
    let host = platform.device(of: .cpu)
    let order = graph.stageOrder
    let cores = host?.cores ?? 1
    let canBeReplicated = cores > 1 && !isOneWorker && graph.canBeReplicated(on: platform)
    let isCounted = graph.stages.allSatisfy { constraints[$0.name]?.instances != nil }
    let workers = canBeReplicated && !isCounted ? Self.workers(upTo: cores) : [1]
    var entries: [PlanningProblem.StageEntry] = []
    for index in order {
      let stage = graph.stages[index]
      let constraint = constraints[stage.name] ?? PlacementConstraint()
      // Workers beyond the cores wait for them.
      let pools = workers.map { min(constraint.instances ?? $0, cores) }
      var options: [PlanningProblem.Option] = []
      for device in platform.devices where placed[stage.name].map({ $0 == device.name }) ?? true {
        for implementation in device.implementations(of: stage)
        where costs.agreements.admit(implementation, of: stage, within: tolerance) {
          let candidate = Candidate(stage, implementation, on: device)
          guard let processor = processors.firstIndex(of: device.processor) else { continue }
          for batch in constraint.batch.map({ [$0] }) ?? batches(candidate) {
            let option = option(candidate, index, processor, batch: batch, pools, &resources)
            if option.seconds.contains(where: { $0 != nil }) { options.append(option) }
          }
        }
      }
      guard !options.isEmpty else { throw missing(stage, constraint) }
      // Positions in the order of planning. A stage's feeders come before it, except for feedback.
      func positions(_ stages: [Int], _ isWanted: (Int) -> Bool) -> [Int] {
        Set(stages.compactMap { order.firstIndex(of: $0) }.filter(isWanted)).sorted()
      }
      let position = entries.count
      let sources = graph.connections.filter { $0.target.stage == index }.map(\.source.stage)
      let targets = graph.connections.filter { $0.source.stage == index }.map(\.target.stage)
      var entry = PlanningProblem.StageEntry(
        stage.name, sources: positions(sources) { $0 < position }, options: options)
      entry.entrance = graph.inputs.contains { $0.stage == index } ? host?.name : nil
      entry.feedback = positions(targets) { $0 < position }
      entry.companion = stage.memory.flatMap { memory in
        order.prefix(position).firstIndex { graph.stages[$0].memory == memory }
      }
      entry.isSingle = stage.isStateful
      entry.constraint = constraint
      entries.append(entry)
    }
    var problem = PlanningProblem(
      stages: entries, resources: resources,
      host: host.flatMap { processors.firstIndex(of: $0.processor) } ?? 0, workers: workers)
    problem.isOneWorker = isOneWorker
    problem.overhead = costs.overhead
    platform.power.apply(to: &problem, measured: measuredWatts)
    return problem
  }

  /// The numbers of workers to choose from, sparser where one more makes little difference.
  private static func workers(upTo cores: Int) -> [Int] {
    (1...cores).filter { $0 <= 16 || $0 == cores || $0.isMultiple(of: 8) }
  }

  private func batches(_ candidate: Candidate) -> [Int] {
    isOneWorker || !graph.canBeBatched ? [1] : costs.batches(candidate)
  }

  private func option(
    _ candidate: Candidate, _ stage: Int, _ processor: Int, batch: Int, _ workers: [Int],
    _ resources: inout [PlanningProblem.Resource]
  ) -> PlanningProblem.Option {
    let device = candidate.device
    // Converts a batch of firings' seconds to an item's.
    let share = Double(graph.repetitions[stage].count) / itemsPerIteration / Double(batch)
    func way(_ seconds: Double, from source: any Device) -> PlanningProblem.Fetch {
      let name = Platform.linkName(from: source.name, to: device.name)
      let link = resources.firstIndex { $0.name == name } ?? resources.count
      if link == resources.count {
        let capacity = platform.linkCapacity(source, device)
        resources.append(PlanningProblem.Resource(name, capacity: Double(capacity), isProcessor: false))
      }
      return PlanningProblem.Fetch(seconds: seconds * share, resource: link)
    }
    var option = PlanningProblem.Option(
      device: device.name, implementation: candidate.implementation.name, processor: processor,
      seconds: workers.map { workers in
        costs.compute(candidate, batch: batch, workers: workers).map { $0.seconds * share }
      })
    option.cores = Double(candidate.implementation.parallelism.cores(of: device))
    option.batch = batch
    option.isAtOnce = candidate.doesBatches
    for source in platform.devices where source.name != device.name {
      if let fetch = costs.fetch(candidate, from: source, batch: batch) {
        option.fetches[source.name] = way(fetch.seconds, from: source)
      }
      if let feedback = costs.feedback(candidate, from: source) {
        option.feedbacks[source.name] = way(feedback.seconds * Double(batch), from: source)
      }
    }
    return option
  }

  private func missing(_ stage: Stage, _ constraint: PlacementConstraint) -> PlannerError {
    let devices = platform.devices.filter { device in placed[stage.name].map { $0 == device.name } ?? true }
    guard devices.contains(where: { !$0.implementations(of: stage).isEmpty })
    else { return .noOption(stage: stage.name, devices: devices.map(\.name)) }
    let largest = devices.flatMap { device in
      device.implementations(of: stage).flatMap { batches(Candidate(stage, $0, on: device)) }
    }.max()
    if let batch = constraint.batch, let largest, batch > largest {
      return .unknownCosts(
        stage: stage.name, reason: "batches of \(batch) were not measured; set \(largest) at most, or auto")
    }
    return .unknownCosts(stage: stage.name, reason: costs.ignorance)
  }
}
