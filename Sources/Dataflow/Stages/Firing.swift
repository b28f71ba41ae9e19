import Basics

/// One firing of a stage, or a batch of firings at once: the tokens consumed and those emitted. It is reused.
///
/// Used by the thread that fires the stage, during `StageInstance.fire`, so exclusivity isn't checked.
public final class Firing {
  let stage: Stage
  private let stageIndex: Int
  private let time: any TimeSource
  private let ring: TraceRing?
  /// The input port whose tokens determine an emission's item.
  let ownerPort: Int
  /// The item of a source's emissions.
  private let ambient: Item
  /// The input ports' queues. This firing's tokens are the first ones; they stay until its end.
  private let inputs: [Queue<Token>]
  private let consumed: [Int]
  /// The number of firings in this batch.
  @exclusivity(unchecked) private(set) var batch = 1

  /// For each port, the positions of tokens with live items; empty if all are live.
  @exclusivity(unchecked) var wanted: [[Int]] = []
  let emissions = Queue<Emission>()
  /// Emissions by port.
  @exclusivity(unchecked) private(set) var emitted: [Int]
  /// A batch's emissions by port and firing.
  @exclusivity(unchecked) private var shares: [Int] = []
  /// The start of this firing, and its transfer time so far.
  @exclusivity(unchecked) private var begin: Nanoseconds = 0
  @exclusivity(unchecked) private var moving: Nanoseconds = 0
  /// The last emission on an invalid port or for an invalid token.
  @exclusivity(unchecked) private(set) var stray: (port: Int, index: Int)?

  struct Emission {
    let port: Int
    /// The position of its token in the owner port's queue.
    let owner: Int
    /// The number of earlier emissions of the same firing on the port.
    let rank: Int
    let value: any Sendable
  }

  init(
    stage: Stage, index: Int, inputs: [Queue<Token>], ownerPort: Int, ambient: Item, time: any TimeSource,
    ring: TraceRing?
  ) {
    self.stage = stage
    self.stageIndex = index
    self.inputs = inputs
    self.ownerPort = ownerPort
    self.ambient = ambient
    self.time = time
    self.ring = ring
    consumed = stage.inputs.map(\.rate.maximum)
    emitted = stage.outputs.map { _ in 0 }
  }

  /// The number of tokens on an input port: its rate less the tokens of failed items. In a batch, it is the
  /// number of firings.
  public func count(of port: Int = 0) -> Int {
    wanted.isEmpty ? consumed[port] &* batch : wanted[port].count
  }

  /// The value of a token on an input port. Throws `RuntimeError` for a missing token or another type.
  public func input<Value>(_ port: Int = 0, at index: Int = 0, as type: Value.Type = Value.self) throws
    -> Value
  {
    guard port >= 0, port < inputs.count, index >= 0, index < count(of: port) else {
      throw RuntimeError.missingInput(stage: stage.name, port: port, index: index)
    }
    func open<Actual>(_ value: Actual) throws -> Value {
      // `as?` takes far longer for a value that already has the type.
      Actual.self == Value.self ? unsafeBitCast(value, to: type) : try convert(value, from: port)
    }
    return try open(inputs[port][position(of: index, on: port)].value)
  }

  @inline(never)
  private func convert<Value>(_ value: Any, from port: Int) throws -> Value {
    guard let value = value as? Value else {
      throw RuntimeError.wrongType(
        stage: stage.name, port: stage.inputs[port].name, expected: String(describing: Value.self),
        found: String(describing: Swift.type(of: value)))
    }
    return value
  }

  /// Puts a token on an output port. It belongs to the item of the `index`-th token of the first input port
  /// that carries items; ports fed by sources or by edges with initial items don't count.
  ///
  /// Tokens of different items are emitted in the order of their inputs.
  public func emit(_ value: consuming any Sendable, on port: Int = 0, of index: Int = 0) {
    guard port >= 0, port < emitted.count, index >= 0, index < owners else {
      stray = (port, index)
      return
    }
    let owner = position(of: index, on: ownerPort)
    var rank = emitted[port]
    emitted[port] += 1
    if batch > 1 { rank = takeShare(of: port, firing: owner) }
    emissions.append(Emission(port: port, owner: owner, rank: rank, value: value))
  }

  /// Moves data between devices; the time counts as transfer and not as computing.
  public func transfer<Result>(_ move: () throws -> Result) rethrows -> Result {
    guard ring != nil else { return try move() }
    let begin = time.now
    defer {
      let end = time.now
      moving += end - begin
      record(.transfer, ready: begin, begin: begin, end: end)
    }
    return try move()
  }

  /// Counts the latest `duration` of this firing as transfer and not as computing, for an asynchronous
  /// transfer whose time is known afterwards. The firing's remaining time is the limit.
  public func transferred(for duration: Nanoseconds) {
    guard ring != nil else { return }
    let end = time.now
    let duration = min(duration, end - begin - moving)
    guard duration > 0 else { return }
    moving += duration
    record(.transfer, ready: end - duration, begin: end - duration, end: end)
  }

  /// The emissions on a port of one firing of a batch.
  func share(of port: Int, firing: Int) -> Int { shares[port * batch + firing] }

  @inline(never)
  private func takeShare(of port: Int, firing: Int) -> Int {
    shares[port * batch + firing] += 1
    return shares[port * batch + firing] - 1
  }

  /// Starts a batch of so many firings.
  func prepare(_ batch: Int) {
    self.batch = batch
    guard batch > 1 else { return }
    shares.removeAll(keepingCapacity: true)
    for _ in 0..<(emitted.count * batch) { shares.append(0) }
  }

  func began(at begin: Nanoseconds) {
    self.begin = begin
    moving = 0
  }

  /// The number of tokens that emissions can belong to.
  private var owners: Int { inputs.isEmpty ? 1 : count(of: ownerPort) }

  /// The position in the port's queue of the `index`-th live token.
  private func position(of index: Int, on port: Int) -> Int {
    wanted.isEmpty ? index : wanted[port][index]
  }

  /// Records one event for each item, with the time since `ready` or its last token. The worker's time counts
  /// once.
  func record(
    _ kind: TraceEvent.Kind, ready: Nanoseconds? = nil, begin: Nanoseconds, end: Nanoseconds
  ) {
    guard let ring else { return }
    func event(_ item: Item, _ since: Nanoseconds) -> TraceEvent {
      TraceEvent(
        item: item.id, stage: stageIndex, kind: kind, ready: min(ready ?? since, begin), begin: begin,
        end: end)
    }
    guard !inputs.isEmpty else { return ring.record(event(ambient, begin)) }
    let queue = inputs[ownerPort]
    var (index, isFirst) = (0, true)
    while index < owners {
      let item = queue[position(of: index, on: ownerPort)].item
      var since = queue[position(of: index, on: ownerPort)].ready
      index += 1
      while index < owners, queue[position(of: index, on: ownerPort)].item === item {
        since = max(since, queue[position(of: index, on: ownerPort)].ready)
        index += 1
      }
      ring.record(event(item, since), isCounted: isFirst)
      isFirst = false
    }
  }

  func count() { ring?.count(batch: batch, of: stageIndex) }

  func clearEmissions() {
    if emissions.count > 0 { emissions.removeAll() }
    for port in emitted.indices { emitted[port] = 0 }
    stray = nil
  }
}
