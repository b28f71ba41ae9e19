/// A placement with every name looked up, ready to be run.
struct ResolvedPlacement {
  let members: [Int]
  let device: any Device
  /// For each of `members`, in the same order.
  let implementations: [Implementation]
  let instances: Int
  let schedule: Schedule
}

extension Plan {
  /// Looks up names and checks that the plan can run the graph on the platform.
  func resolve(_ graph: Graph, on platform: Platform) throws -> [ResolvedPlacement] {
    let topology = graph.topology
    var owner = [Int?](repeating: nil, count: graph.stages.count)
    var resolved: [ResolvedPlacement] = []
    for (position, placement) in placements.enumerated() {
      guard let device = platform.device(named: placement.device) else {
        throw PlanError.unknownDevice(placement.device, available: platform.devices.map(\.name))
      }
      var members: [Int] = []
      for name in placement.stages {
        guard let index = graph.stages.firstIndex(where: { $0.name == name }) else {
          throw PlanError.unknownStage(name, nearest: name.nearest(in: graph.stages.map(\.name)))
        }
        guard owner[index] == nil else { throw PlanError.placedTwice(name) }
        owner[index] = position
        members.append(index)
      }
      try checkInstances(of: placement, in: graph)
      resolved.append(
        ResolvedPlacement(
          members: members, device: device,
          implementations: try members.map {
            try implementation(of: graph.stages[$0], in: placement, on: device)
          },
          instances: placement.instances,
          schedule: try schedule(members, graph, topology)))
    }
    if let missing = owner.firstIndex(of: nil) { throw PlanError.unplacedStage(graph.stages[missing].name) }
    try checkOrder(topology, owner.map { $0 ?? 0 })
    return resolved
  }

  private func implementation(of stage: Stage, in placement: Placement, on device: any Device) throws
    -> Implementation
  {
    let wanted = placement.implementations[stage.name]
    guard
      let found = stage.implementations.first(where: {
        $0.deviceKind == device.kind && (wanted == nil || $0.name == wanted)
      })
    else { throw PlanError.noImplementation(stage: stage.name, device: device.name, name: wanted) }
    return found
  }

  private func checkInstances(of placement: Placement, in graph: Graph) throws {
    let name = placement.stages.first ?? ""
    guard placement.instances >= 1 else { throw PlanError.noInstances(stage: name) }
    guard placement.instances > 1 else { return }
    if let stateful = graph.stages.first(where: { $0.isStateful && placement.stages.contains($0.name) }) {
      throw PlanError.statefulReplica(stage: stateful.name)
    }
    if let join = graph.stages.first(where: { $0.inputs.count > 1 }) {
      throw PlanError.replicaBeforeJoin(stage: name, join: join.name)
    }
  }

  /// A worker's static schedule. Only stages whose counts are in fixed ratio to those at its border can be
  /// scheduled together with them.
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

  /// Placements that wait for each other in a circle would stop, unless initial items break it.
  private func checkOrder(_ topology: Topology, _ owner: [Int]) throws {
    var remaining = Set(placements.indices)
    while !remaining.isEmpty {
      let ready = remaining.filter { candidate in
        !topology.connections.contains {
          owner[$0.target.stage] == candidate && owner[$0.source.stage] != candidate
            && remaining.contains(owner[$0.source.stage]) && $0.initialItems.isEmpty
        }
      }
      guard !ready.isEmpty else {
        throw PlanError.circularPlacements(
          stages: remaining.sorted().flatMap { placements[$0].stages })
      }
      remaining.subtract(ready)
    }
  }
}
