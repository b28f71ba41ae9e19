import Dataflow

extension SimulatedMachine {
  /// A worker of a placement; `parts` are those of its stages' firings.
  func worker(
    _ placement: ResolvedPlacement, _ parts: [[SimulatedStage.Part]], _ wiring: Wiring<SimulatedChannel>
  ) -> SimulatedWorker {
    let queues: [Graph.PortIndex: Queue<SimulatedToken>] = placement.queues(in: graph)
    for connection in graph.connections where placement.contains(connection) {
      for _ in connection.initialItems { queues[connection.target]?.append(nil) }
    }
    let intakes = wiring.entrances(to: placement, in: graph).compactMap { port, channel in
      queues[port].map { queue in
        SimulatedWorker.Intake(
          channel: channel, queue: queue, tokens: placement.tokensPerIteration(into: port, in: graph))
      }
    }
    let ownerPorts = graph.topology.ownerPorts()
    let stages = placement.members.enumerated().map { position, member in
      let stage = graph.stages[member]
      return SimulatedStage(
        inputs: stage.inputs.indices.compactMap { port in
          queues[Graph.PortIndex(stage: member, port: port)].map { ($0, stage.inputs[port].rate.maximum) }
        },
        outputs: stage.outputs.indices.map { port in
          let places = wiring.destinations(of: Graph.PortIndex(stage: member, port: port), in: graph)
          return (
            stage.outputs[port].rate.maximum, places.compactMap { SimulatedStage.Destination($0, queues) }
          )
        }, ownerPort: ownerPorts[member], parts: parts[position])
    }
    return SimulatedWorker(
      WorkerState(placement), stages, intakes: intakes, overhead: overhead(of: placement), time: time
    ) { [unowned self] batch in
      guard inputs.isEmpty, placement.contains(0) else { return true }
      for _ in 0..<batch { completions.append(time.now) }
      return true
    }
  }

  /// An item's time outside its stages belongs to the first placement.
  private func overhead(of placement: ResolvedPlacement) -> Double {
    guard let first = graph.stageOrder.first, placement.contains(first)
    else { return 0 }
    let iterations = graph.repetitions[first].count / max(placement.schedule.firings(of: first), 1)
    return simulation.costs.overhead * simulation.itemsPerIteration / Double(iterations)
  }
}
