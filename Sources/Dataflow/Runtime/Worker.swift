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
  private let steps: [(member: StageRunner, count: Int)]
  /// The runners that fire as often as their inputs allow.
  private let trailing: [StageRunner]
  private let time: any TimeSource
  let batching: Batching

  init(
    _ placement: ResolvedPlacement, in graph: Graph, wiring: Wiring, ambient: Item, time: any TimeSource,
    ring: TraceRing?
  ) throws {
    self.time = time
    batching = Batching(maximum: placement.batch, delay: placement.queueDelay)
    var queueOf: [Graph.PortIndex: Queue<Token>] = [:]
    for member in placement.members {
      for port in graph.stages[member].inputs.indices {
        queueOf[Graph.PortIndex(stage: member, port: port)] = Queue()
      }
    }
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
            outputs: ports(stage.outputs.count).map {
              wiring.destinations(of: $0, in: graph, queues: queueOf)
            },
            ownerPort: ownerPorts[member],
            // A graph without inputs stops at its first error, so nothing need be kept for later.
            statePorts: graph.inputs.isEmpty ? [] : topology.statePorts(of: member)),
          ambient: ambient, time: time, ring: ring))
    }
    self.runners = runners
    (steps, trailing) = placement.scheduled(runners)
  }

  /// So many iterations of the schedule at once. Stages that can't do several are fired as often, one after the other.
  func iterate(_ iterations: Int = 1) {
    for step in steps { step.member.fire(times: step.count &* iterations) }
    // More than one pass only where a cycle among these stages makes an earlier one ready again.
    var hasFired = !trailing.isEmpty
    while hasFired {
      hasFired = false
      for runner in trailing {
        while runner.canFire {
          runner.fire()
          hasFired = true
        }
      }
    }
  }

  /// Waits for one iteration's tokens, or for a batch.
  ///
  /// - Returns: how many iterations' were taken in; 0 when the input has ended.
  func takeIn() -> Int {
    guard batching.maximum > 1, !intakes.isEmpty else { return takeInOne() ? 1 : 0 }
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

extension ResolvedPlacement {
  package func contains(_ stage: Int) -> Bool { members.contains(stage) }

  /// What stands for each member, in the order of the static schedule with how often it comes in a row; then those that fire
  /// as often as their inputs allow.
  package func scheduled<Member>(_ members: [Member]) -> (
    steps: [(member: Member, count: Int)], trailing: [Member]
  ) {
    var (steps, trailing): ([(member: Member, count: Int)], [Member]) = ([], [])
    for step in schedule.steps {
      guard let member = self.members.firstIndex(of: step.stage).map({ members[$0] }) else { continue }
      switch step.count {
      case .times(let count): steps.append((member, count))
      case .whileAvailable: trailing.append(member)
      }
    }
    return (steps, trailing)
  }

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
