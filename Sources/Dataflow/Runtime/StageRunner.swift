/// Fires one stage inside one worker: takes tokens from its input queues, runs the instance, passes on what it
/// emits, and records when.
final class StageRunner {
  let stage: Stage
  private let index: Int
  private let instance: any StageInstance
  private let firing: Firing
  private let time: any TimeSource
  private let ring: TraceRing?
  /// The item of what belongs to none: a source's work, and the tokens on feedback edges.
  private let ambient: Item
  private var failed: [Token] = []

  /// Positions of the input ports' queues in the worker's `queues`, in the ports' order.
  let inputs: [Int]
  /// Where each output port's tokens go.
  let outputs: [[Destination]]

  enum Destination {
    /// A queue of the same worker, by position.
    case queue(Int, isFeedback: Bool)
    /// Another worker.
    case channel(Channel, isFeedback: Bool)
    /// An output of the graph, by position.
    case result(Int)
  }

  init(
    stage: Stage, index: Int, instance: any StageInstance, inputs: [Int], outputs: [[Destination]],
    ambient: Item, time: any TimeSource, ring: TraceRing?
  ) {
    self.stage = stage
    self.index = index
    self.instance = instance
    self.inputs = inputs
    self.outputs = outputs
    self.ambient = ambient
    self.time = time
    self.ring = ring
    firing = Firing(stage: stage, index: index, time: time, ring: ring)
  }

  func canFire(_ queues: [TokenQueue]) -> Bool {
    zip(inputs, stage.inputs).allSatisfy { queues[$0].count >= $1.rate.maximum }
  }

  /// Fires once.
  func fire(_ queues: inout [TokenQueue]) {
    take(from: &queues)
    defer {
      firing.tokens.removeAll(keepingCapacity: true)
      failed.removeAll(keepingCapacity: true)
    }
    guard hasWork else {
      pass(at: time.now, to: &queues)
      return
    }
    let begin = time.now
    var failure: (any Error)?
    do {
      try instance.fire(firing)
      try checkRates()
    } catch {
      failure = error
    }
    let end = time.now
    record(begin, end)
    if let failure {
      firing.emissions.removeAll(keepingCapacity: true)
      for token in firing.tokens { token.item.fail(failure) }
    }
    pass(at: end, to: &queues)
  }

  /// Moves one firing's tokens out of the queues, those of stopped items aside.
  private func take(from queues: inout [TokenQueue]) {
    firing.ends.removeAll(keepingCapacity: true)
    if stage.inputs.isEmpty {
      ambient.retain()
      let token = Token(item: ambient, ready: time.now, value: Signal())
      if ambient.isStopped { failed.append(token) } else { firing.tokens.append(token) }
    }
    for (port, queue) in inputs.enumerated() {
      for _ in 0..<stage.inputs[port].rate.maximum {
        guard let token = queues[queue].popFirst() else { break }
        if token.item.isStopped {
          failed.append(token)
        } else {
          firing.tokens.append(token)
        }
      }
      firing.ends.append(firing.tokens.count)
    }
  }

  /// Every port must have a token left: a join whose other side has failed has nothing to do.
  private var hasWork: Bool {
    var start = 0
    for end in firing.ends {
      if end == start { return false }
      start = end
    }
    return !firing.tokens.isEmpty
  }

  private func checkRates() throws {
    for (port, output) in stage.outputs.enumerated() {
      let emitted = firing.emissions.reduce(0) { $0 + ($1.port == port ? 1 : 0) }
      let isComplete = output.rate.isVariable || !failed.isEmpty || emitted == output.rate.maximum
      if emitted > output.rate.maximum || !isComplete {
        throw RuntimeError.wrongRate(
          stage: stage.name, port: output.name, rate: output.rate.description, emitted: emitted)
      }
    }
    if let stray = firing.emissions.first(where: { !stage.outputs.indices.contains($0.port) }) {
      throw RuntimeError.wrongRate(stage: stage.name, port: "\(stray.port)", rate: "0", emitted: 1)
    }
  }

  /// Hands on what was emitted, fills up fixed rates for what failed, and gives up the consumed tokens.
  private func pass(at now: Nanoseconds, to queues: inout [TokenQueue]) {
    for emission in firing.emissions {
      put(emission.value, of: emission.item, on: emission.port, at: now, to: &queues)
    }
    for (port, output) in stage.outputs.enumerated() where !output.rate.isVariable {
      let emitted = firing.emissions.reduce(0) { $0 + ($1.port == port ? 1 : 0) }
      guard emitted < output.rate.maximum, let item = failed.first?.item ?? firing.tokens.first?.item else {
        continue
      }
      for missing in 0..<(output.rate.maximum - emitted) {
        let item = failed.isEmpty ? item : failed[missing % failed.count].item
        put(Absent(), of: item, on: port, at: now, to: &queues)
      }
    }
    firing.emissions.removeAll(keepingCapacity: true)
    for token in firing.tokens { token.item.release(at: now) }
    for token in failed { token.item.release(at: now) }
  }

  private func put(
    _ value: any Sendable, of item: Item, on port: Int, at now: Nanoseconds, to queues: inout [TokenQueue]
  ) {
    for destination in outputs[port] {
      switch destination {
      case .queue(let queue, let isFeedback):
        queues[queue].append(token(value, isFeedback ? ambient : item, now))
      case .channel(let channel, let isFeedback):
        channel.send(token(value, isFeedback ? ambient : item, now), at: now)
      case .result(let output):
        if !item.isStopped { item.deliver(value, to: output) }
      }
    }
  }

  private func token(_ value: any Sendable, _ item: Item, _ now: Nanoseconds) -> Token {
    item.retain()
    return Token(item: item, ready: now, value: value)
  }

  /// One event for each item of the first input port, with the time since its last token there was ready.
  private func record(_ begin: Nanoseconds, _ end: Nanoseconds) {
    guard let ring else { return }
    let tokens = firing.tokens[..<(firing.ends.first ?? firing.tokens.count)]
    var position = tokens.startIndex
    while position < tokens.endIndex {
      let item = tokens[position].item
      var ready = tokens[position].ready
      position += 1
      while position < tokens.endIndex, tokens[position].item === item {
        ready = max(ready, tokens[position].ready)
        position += 1
      }
      ring.record(
        TraceEvent(item: item.id, stage: index, ready: min(ready, begin), begin: begin, end: end))
    }
  }
}
