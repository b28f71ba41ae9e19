/// One firing of a stage: the tokens it consumes and those it emits. Reused from one firing to the next.
///
/// Used by the thread that fires the stage, during `StageInstance.fire`.
public final class Firing {
  let stage: Stage
  private let stageIndex: Int
  private let time: any TimeSource
  private let ring: TraceRing?

  /// The tokens of items that are still wanted, port after port; `ends` says where each port's tokens end.
  var tokens: [Token] = []
  var ends: [Int] = []
  var emissions: [Emission] = []

  struct Emission {
    let port: Int
    let item: Item
    let value: any Sendable
  }

  init(stage: Stage, index: Int, time: any TimeSource, ring: TraceRing?) {
    self.stage = stage
    self.stageIndex = index
    self.time = time
    self.ring = ring
  }

  /// How many tokens an input port has: its rate, less those whose items have failed meanwhile.
  public func count(of port: Int = 0) -> Int { ends[port] - start(of: port) }

  /// The value of a token of an input port.
  public func input<Value>(_ port: Int = 0, at index: Int = 0, as type: Value.Type = Value.self) throws
    -> Value
  {
    let value = tokens[start(of: port) + index].value
    guard let typed = value as? Value else {
      throw RuntimeError.wrongType(
        stage: stage.name, port: stage.inputs[port].name, expected: String(describing: type),
        found: String(describing: Swift.type(of: value)))
    }
    return typed
  }

  /// Puts a token on an output port. It belongs to the item of the `index`-th token of the first input port.
  public func emit(_ value: any Sendable, on port: Int = 0, of index: Int = 0) {
    emissions.append(Emission(port: port, item: tokens[index].item, value: value))
  }

  /// Moves data between devices, and has the time attributed to the transfer and not to computing.
  public func transfer<Result>(_ move: () throws -> Result) rethrows -> Result {
    let begin = time.now
    defer {
      let end = time.now
      for token in tokens {
        ring?.record(
          TraceEvent(
            item: token.item.id, stage: stageIndex, kind: .transfer, ready: begin, begin: begin, end: end))
      }
    }
    return try move()
  }

  private func start(of port: Int) -> Int { port == 0 ? 0 : ends[port - 1] }
}
