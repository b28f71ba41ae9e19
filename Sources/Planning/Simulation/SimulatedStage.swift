import Dataflow

/// A stage in a simulated worker: its queues, its outputs' targets, and its firings' resources.
final class SimulatedStage {
  enum Destination {
    case queue(Queue<SimulatedToken>, isFeedback: Bool)
    case channel(SimulatedChannel, isFeedback: Bool)

    /// `nil` for an output of the graph, where tokens end.
    init?(
      _ destination: Wiring<SimulatedChannel>.Destination, _ queues: [Graph.PortIndex: Queue<SimulatedToken>]
    ) {
      switch destination {
      case .port(let port, let isFeedback):
        guard let queue = queues[port] else { return nil }
        self = .queue(queue, isFeedback: isFeedback)
      case .channel(let channel, let isFeedback): self = .channel(channel, isFeedback: isFeedback)
      case .result: return nil
      }
    }
  }

  /// A part of a firing: a resource, its occupied units, and the seconds by batch.
  struct Part {
    let resource: SimulatedResource
    let units: Double
    /// Of one firing, two at once, and so on.
    let seconds: [Double]
  }

  let inputs: [(queue: Queue<SimulatedToken>, consumed: Int)]
  /// For each output port, a firing's tokens and their targets.
  let outputs: [(produced: Int, destinations: [Destination])]
  let ownerPort: Int
  /// Fetching, then computing.
  let parts: [Part]

  init(
    inputs: [(queue: Queue<SimulatedToken>, consumed: Int)],
    outputs: [(produced: Int, destinations: [Destination])], ownerPort: Int, parts: [Part]
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.ownerPort = ownerPort
    self.parts = parts
  }

  /// Whether the worker stays on the processor between this stage and the next: it moves no data and needn't
  /// wait for room.
  func keepsProcessor(for next: SimulatedStage) -> Bool {
    guard let mine = parts.last, let other = next.parts.first, mine.resource.isProcessor else { return false }
    return isLocal && mine.resource === other.resource && mine.units == other.units
  }

  /// Whether all outputs stay in the worker.
  private var isLocal: Bool {
    outputs.allSatisfy { output in
      output.destinations.allSatisfy { if case .queue = $0 { true } else { false } }
    }
  }

  var canFire: Bool { inputs.allSatisfy { $0.queue.count >= $0.consumed } }

  /// Moves the tokens of a batch of firings.
  ///
  /// - Returns: the tokens to send to other workers in order, and the items of the consumed tokens, to be
  ///   released after the sends.
  func fire(_ batch: Int) -> (sent: [(SimulatedChannel, SimulatedToken)], consumed: [SimulatedItem]) {
    var owners: [SimulatedToken] = []
    var consumed: [SimulatedItem] = []
    for (port, input) in inputs.enumerated() {
      let tokens = (0..<(input.consumed * batch)).compactMap { _ in input.queue.popFirst() }
      precondition(tokens.count == input.consumed * batch, "a schedule fires what can fire")
      if port == ownerPort { owners = tokens }
      consumed += tokens.compactMap { $0 }
    }
    var sent: [(SimulatedChannel, SimulatedToken)] = []
    for output in outputs {
      for index in 0..<(output.produced * batch) {
        let item = owners.isEmpty ? nil : owners[index * owners.count / (output.produced * batch)]
        for destination in output.destinations {
          switch destination {
          case .queue(let queue, let isFeedback): queue.append(isFeedback ? nil : item.another)
          case .channel(let channel, let isFeedback): sent.append((channel, isFeedback ? nil : item.another))
          }
        }
      }
    }
    return (sent, consumed)
  }
}
