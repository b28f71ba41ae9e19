import Basics

/// Fires one stage inside one worker: runs the instance on the tokens in its input queues, passes on what it
/// emits, and records when.
///
/// Several firings may be done at once, as a batch, if the implementation can. When that fails they are done again, one by one:
/// an error of one item is then no other's. So a stage of batches must bear to be run twice on the same input.
///
/// Used by its worker's thread, so exclusivity isn't checked.
///
/// What happens when some of a firing's items have failed is in `StageRunner+Failure.swift`.
final class StageRunner {
  /// Where a stage's tokens come from and go to.
  struct Wiring {
    /// The input ports' queues.
    let inputs: [Queue<Token>]
    /// Where each output port's tokens go.
    let outputs: [[Destination]]
    /// The input port whose tokens say what item an emission belongs to.
    let ownerPort: Int
    /// The input ports whose last value is used again where an item has failed: those behind initial items, so
    /// that a failed firing leaves the state as it was.
    let statePorts: [Int]
  }

  enum Destination {
    /// A queue of the same worker.
    case queue(Queue<Token>, isFeedback: Bool)
    /// Another worker.
    case channel(Channel, isFeedback: Bool)
    /// An output of the graph, by position.
    case result(Int)
  }

  let stage: Stage
  let wiring: Wiring
  let firing: Firing
  /// The item of what belongs to none.
  let ambient: Item
  private let instance: any StageInstance
  private let time: any TimeSource
  private let isRecorded: Bool
  /// Tokens that a firing takes from each input port, and gives at most on each output port.
  let consumed: [Int]
  let produced: [Rate]
  /// Firings that are done at once, at most.
  private let maximumBatch: Int

  /// The owner port's tokens, if some of the firing's items have failed; empty otherwise.
  @exclusivity(unchecked) var slots: [Slot] = []
  /// For each of the `statePorts`, the last value that was there.
  @exclusivity(unchecked) private var states: [(any Sendable)?]

  init(
    stage: Stage, index: Int, instance: any StageInstance, maximumBatch: Int = 1, wiring: Wiring,
    ambient: Item, time: any TimeSource, ring: TraceRing?
  ) {
    self.stage = stage
    self.maximumBatch = wiring.statePorts.isEmpty ? maximumBatch : 1
    self.instance = instance
    self.wiring = wiring
    self.ambient = ambient
    self.time = time
    isRecorded = ring != nil
    consumed = stage.inputs.map(\.rate.maximum)
    produced = stage.outputs.map(\.rate)
    states = wiring.statePorts.map { _ in nil }
    firing = Firing(
      stage: stage, index: index, inputs: wiring.inputs, ownerPort: wiring.ownerPort, ambient: ambient,
      time: time, ring: ring)
  }

  /// Whether the tokens of another firing are there.
  var canFire: Bool {
    for port in consumed.indices where wiring.inputs[port].count < consumed[port] { return false }
    return true
  }

  /// Fires so many times, several at once if it can. The tokens must be there.
  func fire(times: Int) {
    var rest = times
    while rest > 0 {
      let batch = min(rest, maximumBatch)
      fire(batch)
      rest -= batch
    }
  }

  /// Fires as many times at once. The tokens must be there.
  func fire(_ batch: Int = 1) {
    if batch > 1 || firing.batch > 1 { firing.prepare(batch) }
    for state in wiring.statePorts.indices { restore(state) }
    if isAnyStopped { setFailedAside() }
    let begin = isRecorded ? time.now : 0
    var end = begin
    firing.began(at: begin)
    if slots.isEmpty || hasWork {
      do {
        try instance.fire(firing)
        try checkRates()
      } catch {
        guard batch == 1 else { return fireOneByOne(batch, since: begin) }
        fail((error as? DeviceError)?.within(stage: stage.name) ?? error)
      }
      if isRecorded {
        end = time.now
        firing.record(.compute, begin: begin, end: end)
        firing.count()
      }
    }
    if slots.isEmpty {
      while let emission = firing.emissions.popFirst() { pass(emission, at: end) }
    } else {
      passAroundGaps(at: end)
    }
    giveUp()
    forget()
  }

  private func forget() {
    firing.clearEmissions()
    guard !slots.isEmpty else { return }
    slots.removeAll(keepingCapacity: true)
    firing.wanted = []
  }

  /// What a batch couldn't do, whose tokens are still there.
  private func fireOneByOne(_ batch: Int, since begin: Nanoseconds) {
    if isRecorded { firing.record(.compute, begin: begin, end: time.now) }
    forget()
    for _ in 0..<batch { fire() }
  }

  private var isAnyStopped: Bool {
    if consumed.isEmpty { return ambient.isStopped }
    let batch = firing.batch
    for port in consumed.indices {
      let queue = wiring.inputs[port]
      for index in 0..<(consumed[port] &* batch) where queue[index].item.isStopped { return true }
    }
    return false
  }

  /// Puts the last value where a failed item has left none.
  private func restore(_ state: Int) {
    let port = wiring.statePorts[state]
    let queue = wiring.inputs[port]
    for index in 0..<consumed[port] {
      if queue[index].value is Absent, let value = states[state] {
        queue[index].value = value
      } else {
        states[state] = queue[index].value
      }
    }
  }

  func pass(_ emission: Firing.Emission, at now: Nanoseconds) {
    guard !consumed.isEmpty else {
      return put(emission.value, of: ambient, order: 0, on: emission.port, at: now)
    }
    let queue = wiring.inputs[wiring.ownerPort]
    // Lexicographic: first the owner's order, then the rank among what this firing emitted.
    let rate = UInt64(truncatingIfNeeded: produced[emission.port].maximum)
    let order = queue[emission.owner].order &* rate &+ UInt64(truncatingIfNeeded: emission.rank)
    put(emission.value, of: queue[emission.owner].item, order: order, on: emission.port, at: now)
  }

  func put(_ value: any Sendable, of item: Item, order: UInt64, on port: Int, at now: Nanoseconds) {
    for destination in wiring.outputs[port] {
      switch destination {
      case .queue(let queue, let isFeedback):
        queue.append(token(value, of: isFeedback ? ambient : item, order, now))
      case .channel(let channel, let isFeedback):
        channel.send(token(value, of: isFeedback ? ambient : item, order, now))
      case .result(let output):
        if !item.isStopped { item.deliver(value, to: output, order: order) }
      }
    }
  }

  private func token(_ value: any Sendable, of item: Item, _ order: UInt64, _ now: Nanoseconds) -> Token {
    item.retain()
    return Token(item: item, ready: now, order: order, value: value)
  }

  /// How many tokens of a port are consumed by all firings of the batch.
  func tokens(of port: Int) -> Int { consumed[port] &* firing.batch }

  /// Gives up the consumed tokens; items that have none left are answered.
  private func giveUp() {
    let batch = firing.batch
    for port in consumed.indices {
      for _ in 0..<(consumed[port] &* batch) {
        // Read the clock again: another worker may have gone on with the item already, and be done.
        if let token = wiring.inputs[port].popFirst() { token.item.release(at: time.now) }
      }
    }
  }
}
