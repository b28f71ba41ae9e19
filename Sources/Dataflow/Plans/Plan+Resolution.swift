import Basics

/// A placement with resolved names, ready to run.
package struct ResolvedPlacement {
  package let members: [Int]
  /// Parallel to `members`.
  package let devices: [any Device]
  /// Parallel to `members`.
  package let implementations: [Implementation]
  package let instances: Int
  /// The most iterations that a worker runs at once.
  package let batch: Int
  /// Seconds.
  package let queueDelay: Double
  package let schedule: Schedule
}

extension Plan {
  /// Checks that the plan can run the graph on the platform.
  ///
  /// - Throws: `PlanError` if it can't.
  public func check(_ graph: Graph, on platform: Platform) throws { _ = try resolve(graph, on: platform) }

  /// Resolves names and checks that the plan can run the graph on the platform.
  package func resolve(_ graph: Graph, on platform: Platform) throws -> [ResolvedPlacement] {
    guard (1...Self.maximumQueueCapacity).contains(queueCapacity) else {
      throw PlanError.queueCapacity(queueCapacity)
    }
    let topology = graph.topology
    var owner = [Int?](repeating: nil, count: graph.stages.count)
    var resolved: [ResolvedPlacement] = []
    for (position, placement) in placements.enumerated() {
      guard let first = placement.stages.first else { throw PlanError.emptyPlacement }
      var members: [Int] = []
      for name in placement.stages {
        guard let index = graph.stages.firstIndex(where: { $0.name == name }) else {
          throw PlanError.unknownStage(name, nearest: name.nearest(in: graph.stages.map(\.name)))
        }
        guard owner[index] == nil else { throw PlanError.placedTwice(name) }
        owner[index] = position
        members.append(index)
      }
      let named = Set(placement.implementations.keys).union(placement.devices.keys)
      if let name = named.sorted().first(where: { !placement.stages.contains($0) }) {
        throw PlanError.unknownStage(name, nearest: name.nearest(in: placement.stages))
      }
      guard (1...Self.maximumBatch).contains(placement.batch) else {
        throw PlanError.batch(placement.batch, stage: first)
      }
      guard (0...Self.maximumQueueDelay).contains(placement.queueDelay) else {
        throw PlanError.queueDelay(placement.queueDelay, stage: first)
      }
      // Tokens that come back may be missing after a batch's first iteration.
      let returning = topology.connections.first {
        !$0.initialItems.isEmpty && members.contains($0.source.stage) && members.contains($0.target.stage)
      }
      if placement.batch > 1, let returning {
        throw PlanError.batchOfFeedback(stage: graph.stages[returning.target.stage].name)
      }
      try checkInstances(of: placement, first, members, graph)
      let devices = try placement.stages.map { name in
        let wanted = placement.device(of: name)
        guard let device = platform.device(named: wanted) else {
          throw PlanError.unknownDevice(wanted, available: platform.devices.map(\.name))
        }
        return device
      }
      resolved.append(
        ResolvedPlacement(
          members: members, devices: devices,
          implementations: try zip(members, devices).map {
            try implementation(of: graph.stages[$0], in: placement, on: $1)
          },
          instances: placement.instances, batch: placement.batch, queueDelay: placement.queueDelay,
          schedule: try schedule(members, graph, topology)))
    }
    if let missing = owner.firstIndex(of: nil) { throw PlanError.unplacedStage(graph.stages[missing].name) }
    try checkOrder(resolved, owner.compactMap { $0 }, graph)
    return resolved
  }

  private func implementation(of stage: Stage, in placement: Placement, on device: any Device) throws
    -> Implementation
  {
    let wanted = placement.implementations[stage.name]
    guard
      let found = device.implementations(of: stage).first(where: { wanted == nil || $0.name == wanted })
    else { throw PlanError.noImplementation(stage: stage.name, device: device.name, name: wanted) }
    return found
  }

  /// Several instances may overtake each other; later stages must not depend on the order.
  private func checkInstances(
    of placement: Placement, _ name: String, _ members: [Int], _ graph: Graph
  ) throws {
    let topology = graph.topology
    guard (1...Self.maximumInstances).contains(placement.instances) else {
      throw PlanError.instances(placement.instances, stage: name)
    }
    guard placement.instances > 1 else { return }
    if let stateful = members.first(where: { topology.stages[$0].isStateful }) {
      throw PlanError.statefulReplica(stage: topology.stages[stateful].name)
    }
    for connection in topology.connections where !connection.initialItems.isEmpty {
      if members.contains(connection.source.stage), members.contains(connection.target.stage) {
        throw PlanError.statefulReplica(stage: topology.stages[connection.target.stage].name)
      }
    }
    // Within the placement an item's tokens stay together, unless they come back to it.
    let exits = topology.connections.filter {
      members.contains($0.source.stage) && !members.contains($0.target.stage)
    }
    let behind = exits.reduce(into: Set<Int>()) {
      $0.formUnion(topology.reachable(from: $1.target.stage).union([$1.target.stage]))
    }
    let join = behind.sorted().first { stage in
      let inputs = topology.stages[stage].inputs
      let repetition = graph.repetitions[stage]
      // Several tokens of an item are consumed together there.
      let regroups = inputs.contains {
        $0.rate.maximum > 1
          && (!repetition.isStatic || repetition.count * $0.rate.maximum > graph.itemsPerIteration)
      }
      return inputs.count > 1 || graph.itemsPerIteration > 0 && regroups
    }
    if let join {
      throw PlanError.replicaBeforeJoin(stage: name, join: topology.stages[join].name)
    }
  }

  /// A worker's static schedule. Its stages fed from outside must be in a fixed ratio to each other.
  private func schedule(_ members: [Int], _ graph: Graph, _ topology: Topology) throws -> Schedule {
    let schedule = try Schedule(of: members, in: topology, repetitions: graph.repetitions)
    for step in schedule.steps where step.count == .whileAvailable {
      let isFedFromOutside =
        graph.inputs.contains { $0.stage == step.stage }
        || topology.connections.contains {
          $0.target.stage == step.stage && !members.contains($0.source.stage)
        }
      if isFedFromOutside {
        throw PlanError.unrelatedRates(stages: members.map { graph.stages[$0].name })
      }
    }
    return schedule
  }

  /// A worker takes a whole iteration's tokens at once, so placements may wait for each other in a circle
  /// where their stages don't. The check is a static schedule of placements.
  private func checkOrder(_ resolved: [ResolvedPlacement], _ owner: [Int], _ graph: Graph) throws {
    let iterations = resolved.map { placement in
      placement.members.first { placement.schedule.firings(of: $0) > 0 }
        .map { graph.repetitions[$0].count / placement.schedule.firings(of: $0) } ?? 1
    }
    let edges = graph.connections.compactMap { connection -> RateGraph.Edge? in
      let (source, target) = (owner[connection.source.stage], owner[connection.target.stage])
      let produced = resolved[source].tokensPerIteration(from: connection.source, in: graph)
      let isVariable = graph.topology.outputRate(connection).isVariable
      // Variable rates lead downstream only, and stages on both sides of one share no placement whose inner
      // stages wait for others. Such edges close no circle.
      guard source != target, produced > 0, !isVariable else { return nil }
      return RateGraph.Edge(
        source: source, target: target, produced: produced,
        consumed: resolved[target].tokensPerIteration(into: connection.target, in: graph),
        initial: connection.initialItems.count)
    }
    if case .failure(let starved) = RateGraph(firings: iterations, edges: edges).schedule() {
      throw PlanError.circularPlacements(stages: starved.cycle.flatMap { placements[$0].stages })
    }
  }
}
