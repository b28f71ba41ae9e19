import Basics

/// Fires one stage inside one worker: runs the instance on the input queues' tokens, passes on its emissions,
/// and records the times.
///
/// A batch is several firings at once, if the implementation supports it. After an error they are fired again
/// one by one, so that only the faulty item fails. A batching stage must therefore tolerate a second run on
/// the same input.
///
/// Used by its worker's thread, so exclusivity isn't checked.
///
/// `StageRunner+Failure.swift` handles firings with failed items.
final class StageRunner {
  /// The sources and targets of a stage's tokens.
  struct Wiring {
    /// The input ports' queues.
    let inputs: [Queue<Token>]
    /// The targets of each output port.
    let outputs: [[Destination]]
    /// The input port whose tokens determine an emission's item.
    let ownerPort: Int
    /// The input ports behind initial items. A failed firing reuses their last value, so that the state stays
    /// as it was.
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
  /// The item of all work outside submitted items.
  let ambient: Item
  private let instance: any StageInstance
  private let time: any TimeSource
  private let isRecorded: Bool
  /// The tokens that a firing takes from each input port, and its rate on each output port.
  let consumed: [Int]
  let produced: [Rate]
  /// The most firings at once.
  private let maximumBatch: Int

  /// The owner port's tokens if some items of the firing have failed; otherwise empty.
  @exclusivity(unchecked) var slots: [Slot] = []
  /// The last value of each of the `statePorts`.
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

  /// Fires `times` times, in batches if possible. The tokens must be there.
  func fire(times: Int) {
    var rest = times
    while rest > 0 {
      let batch = min(rest, maximumBatch)
      fire(batch)
      rest -= batch
    }
  }

  /// Fires a batch at once. The tokens must be there.
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

  /// Fires a failed batch again, singly; its tokens are still there.
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

  /// Restores the last value in the place of a failed item's.
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
    // Lexicographic: the owner's order, then the rank among this firing's emissions.
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

  /// The tokens of a port that all firings of the batch consume.
  func tokens(of port: Int) -> Int { consumed[port] &* firing.batch }

  /// Gives up the consumed tokens. Items without others are complete.
  private func giveUp() {
    let batch = firing.batch
    for port in consumed.indices {
      for _ in 0..<(consumed[port] &* batch) {
        // Read the clock again: another worker may already have finished the item.
        if let token = wiring.inputs[port].popFirst() { token.item.release(at: time.now) }
      }
    }
  }
}
