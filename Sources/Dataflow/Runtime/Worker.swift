/// Runs one instance of a placement: its stages, by its static schedule, over queues of its own.
///
/// Used by one thread.
final class Worker {
  /// Where tokens come in from outside: a queue, and how many one iteration takes.
  struct Intake {
    let queue: Int
    let tokens: Int
    let channel: Channel
    let stage: String
  }

  let intakes: [Intake]
  private let runners: [StageRunner]
  private let steps: [(runner: Int, count: Schedule.Count)]
  private var queues: [TokenQueue]
  private let isFeedback: [Bool]
  private let time: any TimeSource
  private var buffer: [Token] = []

  init(
    _ placement: ResolvedPlacement, in graph: Graph, wiring: Wiring, ambient: Item, time: any TimeSource,
    ring: TraceRing?
  ) throws {
    self.time = time
    var queues: [TokenQueue] = []
    var feedback: [Bool] = []
    func addQueue(_ initial: [any Sendable]) -> Int {
      queues.append(TokenQueue())
      feedback.append(!initial.isEmpty)
      for value in initial {
        ambient.retain()
        queues[queues.count - 1].append(Token(item: ambient, ready: time.now, value: value))
      }
      return queues.count - 1
    }

    var intakes: [Intake] = []
    var inputs: [Graph.PortIndex: Int] = [:]
    for connection in graph.connections where placement.contains(connection.target.stage) {
      let isInner = placement.contains(connection.source.stage)
      inputs[connection.target] = addQueue(isInner ? connection.initialItems : [])
    }
    for input in graph.inputs where placement.contains(input.stage) { inputs[input] = addQueue([]) }
    for (port, channel) in wiring.entrances(to: placement, in: graph) {
      let stage = graph.stages[port.stage]
      let firings = placement.schedule.firings(of: port.stage)
      intakes.append(
        Intake(
          queue: inputs[port] ?? 0, tokens: firings * stage.inputs[port.port].rate.maximum, channel: channel,
          stage: stage.name))
    }

    var positions: [Int: Int] = [:]
    var runners: [StageRunner] = []
    for (member, implementation) in zip(placement.members, placement.implementations) {
      let stage = graph.stages[member]
      positions[member] = runners.count
      runners.append(
        StageRunner(
          stage: stage, index: member, instance: try implementation.makeInstance(placement.device),
          inputs: stage.inputs.indices.map { inputs[Graph.PortIndex(stage: member, port: $0)] ?? 0 },
          outputs: stage.outputs.indices.map { port in
            wiring.destinations(
              of: Graph.PortIndex(stage: member, port: port), from: placement, in: graph, queues: inputs)
          },
          ambient: ambient, time: time, ring: ring))
    }
    self.queues = queues
    self.isFeedback = feedback
    self.intakes = intakes
    self.runners = runners
    steps = placement.schedule.steps.map { (positions[$0.stage] ?? 0, $0.count) }
  }

  /// One iteration of the schedule.
  func iterate() {
    for step in steps {
      let runner = runners[step.runner]
      switch step.count {
      case .times(let count):
        for _ in 0..<count { runner.fire(&queues) }
      case .whileAvailable:
        while runner.canFire(queues) { runner.fire(&queues) }
      }
    }
  }

  /// Waits for one iteration's tokens; `false` when the input has ended.
  func takeIn() -> Bool {
    for intake in intakes {
      let hasMore = intake.channel.receive(intake.tokens, into: &buffer)
      for token in buffer { queues[intake.queue].append(token) }
      buffer.removeAll(keepingCapacity: true)
      guard hasMore else {
        abandonRest()
        return false
      }
    }
    return true
  }

  func put(_ token: Token, on queue: Int) { queues[queue].append(token) }

  /// Gives up what lies in the queues and can no longer be consumed.
  func abandonRest() {
    for queue in queues.indices where !isFeedback[queue] {
      while let token = queues[queue].popFirst() {
        let reader = runners.first { $0.inputs.contains(queue) }?.stage.name ?? ""
        token.abandon(RuntimeError.incompleteFiring(stage: reader), at: time.now)
      }
    }
  }
}

extension ResolvedPlacement {
  func contains(_ stage: Int) -> Bool { members.contains(stage) }
}

extension Schedule {
  /// How often the stage fires in one iteration, as far as that is known.
  func firings(of stage: Int) -> Int {
    steps.reduce(0) { sum, step in
      if step.stage == stage, case .times(let count) = step.count { sum + count } else { sum }
    }
  }
}
