import Basics

/// One instance of a placement: it runs the stages by its static schedule over queues of its own.
///
/// `Worker+Batches.swift` waits for batches.
///
/// Used by one thread at a time.
final class Worker {
  /// An entrance for tokens: a queue, and the tokens of one iteration.
  struct Intake {
    let queue: Queue<Token>
    let tokens: Int
    let channel: Channel

    /// Iterations whose tokens are there.
    var iterations: Int { channel.count / tokens }
  }

  let intakes: [Intake]
  /// The queues of the graph's inputs in this placement, in the graph's order.
  let entrances: [Queue<Token>]
  private let runners: [StageRunner]
  private let time: any TimeSource
  @exclusivity(unchecked) var state: WorkerState  // Used by one thread at a time.

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
            // A graph without inputs stops at its first error, so no state need be kept.
            statePorts: graph.inputs.isEmpty ? [] : topology.statePorts(of: member)),
          ambient: ambient, time: time, ring: ring))
    }
    self.runners = runners
  }

  /// Runs iterations of the schedule at once. Stages that can't batch fire as often, one after the other.
  func iterate(_ iterations: Int = 1) {
    var batch = state.batch(of: iterations)
    while let firings = batch.next(canFire: { runners[$0].canFire }) {
      runners[firings.member].fire(times: firings.count)
    }
  }

  /// Waits for one iteration's tokens, or for a batch.
  ///
  /// - Returns: the number of iterations taken in; 0 at the end of input.
  func takeIn() -> Int {
    guard state.batching.maximum > 1, !intakes.isEmpty else { return takeInOne() ? 1 : 0 }
    return takeInBatch()
  }

  /// Waits for one iteration's tokens; `false` at the end of input.
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

  /// Gives up the queued tokens of items that can no longer be consumed. Tokens outside items stay: they are
  /// the graph's state.
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

  /// The tokens that a port takes in one iteration of this placement's schedule, as far as known.
  package func tokensPerIteration(into port: Graph.PortIndex, in graph: Graph) -> Int {
    schedule.firings(of: port.stage) * graph.stages[port.stage].inputs[port.port].rate.maximum
  }

  /// The most tokens that an output port emits in one iteration.
  func tokensPerIteration(from port: Graph.PortIndex, in graph: Graph) -> Int {
    schedule.firings(of: port.stage) * graph.stages[port.stage].outputs[port.port].rate.maximum
  }
}

extension Schedule {
  /// The stage's firings in one iteration, as far as known.
  package func firings(of stage: Int) -> Int {
    steps.reduce(0) { sum, step in
      if step.stage == stage, case .times(let count) = step.count { sum + count } else { sum }
    }
  }
}
