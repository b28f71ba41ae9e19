import Basics

/// Runs one instance of a placement: its stages, by its static schedule, over queues of its own.
///
/// How it waits for batches is in `Worker+Batches.swift`.
///
/// Used by one thread at a time.
final class Worker {
  /// Where tokens come in from outside: a queue, and how many one iteration takes.
  struct Intake {
    let queue: Queue<Token>
    let tokens: Int
    let channel: Channel

    /// Iterations whose tokens are there.
    var iterations: Int { channel.count / tokens }
  }

  let intakes: [Intake]
  /// The queues of the graph's inputs, in their order; of those that this placement has.
  let entrances: [Queue<Token>]
  private let runners: [StageRunner]
  private let time: any TimeSource
  @exclusivity(unchecked) var state: WorkerState  // One thread at a time.

  init(
    _ placement: ResolvedPlacement, in graph: Graph, wiring: Wiring<Channel>, ambient: Item,
    time: any TimeSource,
    ring: TraceRing?
  ) throws {
    self.time = time
    state = WorkerState(placement)
    let queueOf: [Graph.PortIndex: Queue<Token>] = placement.queues(in: graph)
    for connection in graph.connections where placement.contains(connection.source.stage) {
      guard let queue = queueOf[connection.target] else { continue }
      for value in connection.initialItems {
        queue.append(Token(item: ambient, ready: time.now, order: 0, value: value))
      }
    }
    intakes = wiring.entrances(to: placement, in: graph).compactMap { port, channel in
      queueOf[port].map { queue in
        Intake(queue: queue, tokens: placement.tokensPerIteration(into: port, in: graph), channel: channel)
      }
    }
    entrances = graph.inputs.compactMap { queueOf[$0] }

    let topology = graph.topology
    let ownerPorts = topology.ownerPorts()
    var runners: [StageRunner] = []
    for (position, member) in placement.members.enumerated() {
      let (stage, implementation) = (graph.stages[member], placement.implementations[position])
      func ports(_ count: Int) -> [Graph.PortIndex] {
        (0..<count).map { Graph.PortIndex(stage: member, port: $0) }
      }
      runners.append(
        StageRunner(
          stage: stage, index: member, instance: try implementation.makeInstance(placement.devices[position]),
          maximumBatch: min(placement.batch, stage.maximumBatchSize(by: implementation)),
          wiring: StageRunner.Wiring(
            inputs: ports(stage.inputs.count).compactMap { queueOf[$0] },
            outputs: ports(stage.outputs.count).map { port in
              wiring.destinations(of: port, in: graph).compactMap { StageRunner.Destination($0, queueOf) }
            },
            ownerPort: ownerPorts[member],
            // A graph without inputs stops at its first error, so nothing need be kept for later.
            statePorts: graph.inputs.isEmpty ? [] : topology.statePorts(of: member)),
          ambient: ambient, time: time, ring: ring))
    }
    self.runners = runners
  }

  /// So many iterations of the schedule at once. Stages that can't do several are fired as often, one after the other.
  func iterate(_ iterations: Int = 1) {
    var batch = state.batch(of: iterations)
    while let firings = batch.next(canFire: { runners[$0].canFire }) {
      runners[firings.member].fire(times: firings.count)
    }
  }

  /// Waits for one iteration's tokens, or for a batch.
  ///
  /// - Returns: how many iterations' were taken in; 0 when the input has ended.
  func takeIn() -> Int {
    guard state.batching.maximum > 1, !intakes.isEmpty else { return takeInOne() ? 1 : 0 }
    return takeInBatch()
  }

  /// Waits for one iteration's tokens; `false` when the input has ended.
  func takeInOne() -> Bool {
    for intake in intakes {
      let hasMore = intake.channel.receive(intake.tokens, into: intake.queue)
      guard hasMore else { return false }
    }
    return true
  }

  /// Takes one iteration's tokens if all are there; for workers with one intake.
  func takeInNow() -> Bool {
    intakes.allSatisfy { $0.channel.receiveNow($0.tokens, into: $0.queue) }
  }

  /// Gives up the tokens of items that lie in the queues and can no longer be consumed. What belongs to no item
  /// stays: it is the graph's state.
  func abandonRest() {
    for runner in runners {
      for queue in runner.wiring.inputs {
        for _ in 0..<queue.count {
          guard let token = queue.popFirst() else { break }
          if token.item.isAmbient {
            queue.append(token)
          } else {
            token.abandon(RuntimeError.incompleteFiring(stage: runner.stage.name), at: time.now)
          }
        }
      }
    }
  }
}

extension StageRunner.Destination {
  fileprivate init?(_ destination: Wiring<Channel>.Destination, _ queues: [Graph.PortIndex: Queue<Token>]) {
    switch destination {
    case .port(let port, let isFeedback):
      guard let queue = queues[port] else { return nil }
      self = .queue(queue, isFeedback: isFeedback)
    case .channel(let channel, let isFeedback): self = .channel(channel, isFeedback: isFeedback)
    case .result(let output): self = .result(output)
    }
  }
}

extension ResolvedPlacement {
  /// Empty queues, one for each input port of its stages.
  package func queues<Element>(in graph: Graph) -> [Graph.PortIndex: Queue<Element>] {
    let ports = members.flatMap { member in
      graph.stages[member].inputs.indices.map { Graph.PortIndex(stage: member, port: $0) }
    }
    return Dictionary(uniqueKeysWithValues: ports.map { ($0, Queue()) })
  }

  package func contains(_ stage: Int) -> Bool { members.contains(stage) }

  /// How many tokens a port takes in one iteration of this placement's schedule, as far as that is known.
  package func tokensPerIteration(into port: Graph.PortIndex, in graph: Graph) -> Int {
    schedule.firings(of: port.stage) * graph.stages[port.stage].inputs[port.port].rate.maximum
  }

  /// How many tokens an output port gives in one iteration, at most.
  func tokensPerIteration(from port: Graph.PortIndex, in graph: Graph) -> Int {
    schedule.firings(of: port.stage) * graph.stages[port.stage].outputs[port.port].rate.maximum
  }
}

extension Schedule {
  /// How often the stage fires in one iteration, as far as that is known.
  package func firings(of stage: Int) -> Int {
    steps.reduce(0) { sum, step in
      if step.stage == stage, case .times(let count) = step.count { sum + count } else { sum }
    }
  }
}
