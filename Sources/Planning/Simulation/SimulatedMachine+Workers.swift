import Dataflow

extension SimulatedMachine {
  /// A worker of a placement, its stages with the parts that their firings have.
  func worker(
    _ placement: ResolvedPlacement, _ parts: [[SimulatedStage.Part]], _ edges: [SimulatedChannel?]
  ) -> SimulatedWorker {
    var queues: [Graph.PortIndex: Queue<SimulatedToken>] = [:]
    for member in placement.members {
      for port in graph.stages[member].inputs.indices {
        queues[Graph.PortIndex(stage: member, port: port)] = Queue()
      }
    }
    var intakes: [SimulatedWorker.Intake] = []
    func take(_ port: Graph.PortIndex, from channel: SimulatedChannel) {
      guard let queue = queues[port] else { return }
      intakes.append(
        SimulatedWorker.Intake(
          channel: channel, queue: queue, tokens: placement.tokensPerIteration(into: port, in: graph)))
    }
    for (connection, channel) in zip(graph.connections, edges)
    where placement.contains(connection.target.stage) {
      if let channel {
        take(connection.target, from: channel)
      } else if let queue = queues[connection.target] {
        for _ in connection.initialItems { queue.append(nil) }
      }
    }
    for (port, channel) in zip(graph.inputs, inputs) { take(port, from: channel) }

    let ownerPorts = graph.topology.ownerPorts()
    let stages = placement.members.enumerated().map { position, member in
      let stage = graph.stages[member]
      return SimulatedStage(
        inputs: stage.inputs.indices.compactMap { port in
          queues[Graph.PortIndex(stage: member, port: port)].map { ($0, stage.inputs[port].rate.maximum) }
        },
        outputs: stage.outputs.indices.map { port in
          let places = zip(graph.connections, edges).filter {
            $0.0.source == Graph.PortIndex(stage: member, port: port)
          }
          return (
            stage.outputs[port].rate.maximum,
            places.compactMap { connection, channel in
              let isFeedback = !connection.initialItems.isEmpty
              return channel.map { (.channel($0), isFeedback) }
                ?? queues[connection.target].map { (.queue($0), isFeedback) }
            }
          )
        }, ownerPort: ownerPorts[member], parts: parts[position])
    }
    let (steps, trailing) = placement.scheduled(stages)
    return SimulatedWorker(
      intakes: intakes, steps: steps, trailing: trailing,
      batching: Batching(maximum: placement.batch, delay: placement.queueDelay),
      overhead: overhead(of: placement), time: time
    ) { [unowned self] batch in
      guard inputs.isEmpty, placement.contains(0) else { return true }
      for _ in 0..<batch { completions.append(time.now) }
      return true
    }
  }

  /// What an item takes beyond its stages is the first placement's.
  private func overhead(of placement: ResolvedPlacement) -> Double {
    guard let first = graph.stageOrder.first, placement.contains(first)
    else { return 0 }
    let iterations = graph.repetitions[first].count / max(placement.schedule.firings(of: first), 1)
    return simulation.costs.overhead * simulation.itemsPerIteration / Double(iterations)
  }
}
