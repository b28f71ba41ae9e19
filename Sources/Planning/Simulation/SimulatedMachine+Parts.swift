import Dataflow

extension SimulatedMachine {
  /// The resources that a stage's firing occupies in sequence: its inputs' links, then its device.
  func parts(of position: Int, in placement: ResolvedPlacement, devices: [Int: any Device]) throws
    -> [SimulatedStage.Part]
  {
    let (index, device) = (placement.members[position], placement.devices[position])
    let (stage, costs) = (graph.stages[index], simulation.costs)
    let candidate = Candidate(stage, placement.implementations[position], on: device)
    func part(_ resource: SimulatedResource, _ units: Int = 1, _ seconds: (Int) -> Double?) -> SimulatedStage
      .Part?
    {
      let all = (1...placement.batch).map(seconds)
      guard all.allSatisfy({ $0 != nil }) else { return nil }
      return SimulatedStage.Part(resource: resource, units: Double(units), seconds: all.compactMap { $0 })
    }

    var parts: [SimulatedStage.Part] = []
    for source in sources(of: index, devices) where source.name != device.name {
      let fetch = part(link(source, device)) { costs.fetch(candidate, from: source, batch: $0)?.seconds }
      guard let fetch else {
        throw SimulationError.noWay(stage: stage.name, source: source.name, device: device.name)
      }
      parts.append(fetch)
    }
    for source in feeders(of: index, devices, isFeedback: true) where source.name != device.name {
      let feedback = part(link(source, device)) { batch in
        costs.feedback(candidate, from: source).map { $0.seconds * Double(batch) }
      }
      guard let feedback else {
        throw SimulationError.noWay(stage: stage.name, source: source.name, device: device.name)
      }
      parts.append(feedback)
    }
    let computing = part(processor(device), candidate.implementation.parallelism.cores(of: device)) {
      costs.compute(candidate, batch: $0, workers: placement.instances)?.seconds
    }
    guard let computing else {
      throw SimulationError.unknownCost(stage: stage.name, device: device.name, reason: costs.ignorance)
    }
    parts.append(computing)
    return parts
  }

  /// The devices that feed a stage; the host at entrances.
  private func sources(of stage: Int, _ devices: [Int: any Device]) -> [any Device] {
    let isEntrance = graph.inputs.contains { $0.stage == stage }
    let host = isEntrance ? simulation.platform.device(of: .cpu) : nil
    return distinct(feeders(of: stage, devices, isFeedback: false) + (host.map { [$0] } ?? []))
  }

  /// The devices of a stage's feeders, earlier or later ones.
  private func feeders(of stage: Int, _ devices: [Int: any Device], isFeedback: Bool) -> [any Device] {
    let order = graph.stageOrder
    func isEarlier(_ other: Int) -> Bool {
      order.firstIndex(of: other) ?? 0 < order.firstIndex(of: stage) ?? 0
    }
    let stages = graph.connections.filter { $0.target.stage == stage && $0.source.stage != stage }
      .map(\.source.stage).filter { isEarlier($0) != isFeedback }
    return distinct(stages.compactMap { devices[$0] })
  }

  private func distinct(_ devices: [any Device]) -> [any Device] {
    var seen: Set<String> = []
    return devices.filter { seen.insert($0.name).inserted }
  }

  private func processor(_ device: any Device) -> SimulatedResource {
    resource(device.processor, capacity: device.cores, isProcessor: true)
  }

  private func link(_ source: any Device, _ target: any Device) -> SimulatedResource {
    resource(
      Platform.linkName(from: source.name, to: target.name),
      capacity: simulation.platform.linkCapacity(source, target), isProcessor: false)
  }
}
