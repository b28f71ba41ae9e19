import Dataflow

/// A worker in virtual time: takes a batch in, runs its stages by their static schedule, waits where a real one would.
///
/// The thread that has prepared an item never goes on with it in another placement, as real ones may (see `Seat`): under
/// full load, which is what is simulated, those don't either.
final class SimulatedWorker {
  struct Intake {
    let channel: SimulatedChannel
    let queue: Queue<SimulatedToken>
    /// Tokens that one iteration takes.
    let tokens: Int
  }

  private let intakes: [Intake]
  private let steps: [(member: SimulatedStage, count: Int)]
  /// Stages that fire as often as their inputs allow.
  private let trailing: [SimulatedStage]
  private let batching: Batching
  /// Seconds of an iteration that no stage accounts for.
  private let overhead: Double
  private let time: VirtualTime
  /// Called after each batch with its iterations; `false` ends the worker.
  private let iterated: (Int) -> Bool

  private var since: Double?
  /// Which question a timer belongs to.
  private var question = 0
  /// Whether the processor has been kept since the last firing.
  private var isOnProcessor = false

  init(
    intakes: [Intake], steps: [(member: SimulatedStage, count: Int)], trailing: [SimulatedStage],
    batching: Batching, overhead: Double, time: VirtualTime, iterated: @escaping (Int) -> Bool
  ) {
    self.intakes = intakes
    self.steps = steps
    self.trailing = trailing
    self.batching = batching
    self.overhead = overhead
    self.time = time
    self.iterated = iterated
  }

  /// Takes in what there is, or waits for it.
  func begin() {
    question += 1
    guard !intakes.isEmpty else { return run(1) }
    let ready = intakes.map { $0.channel.count / $0.tokens }.min() ?? 0
    if ready == 0 { since = nil } else if since == nil { since = time.now }
    switch batching.decide(ready: ready, since: since, now: time.now) {
    case .take(let batch):
      since = nil
      for intake in intakes { intake.channel.receive(batch * intake.tokens, into: intake.queue) }
      run(batch)
    case .wait(let deadline):
      let asked = question
      let again = { [self] in if question == asked { begin() } }
      for intake in intakes { intake.channel.onArrival(again) }
      if let deadline { time.schedule(after: deadline - time.now, again) }
    }
  }

  private func run(_ batch: Int) {
    time.schedule(after: overhead * Double(batch)) { [self] in
      fire(0, 0, batch)
    }
  }

  /// The rest of the schedule from one of its steps on, of which some firings are done.
  private func fire(_ step: Int, _ done: Int, _ batch: Int) {
    guard step < steps.count else { return trail(batch) }
    guard done < steps[step].count else { return fire(step + 1, 0, batch) }
    let stage = steps[step].member
    let next =
      done + 1 < steps[step].count ? stage : steps.indices.contains(step + 1) ? steps[step + 1].member : nil
    fire(stage, batch, keeps: next.map(stage.keepsProcessor) ?? false) { [self] in fire(step, done + 1, batch)
    }
  }

  private func trail(_ batch: Int) {
    if let stage = trailing.first(where: \.canFire) {
      fire(stage, 1) { [self] in trail(batch) }
    } else if iterated(batch) {
      time.schedule { [self] in begin() }
    }
  }

  /// One firing of a stage: its parts, then its tokens.
  private func fire(
    _ stage: SimulatedStage, _ batch: Int, keeps: Bool = false, then next: @escaping () -> Void
  ) {
    func part(_ index: Int) {
      guard index < stage.parts.count else {
        let (sent, consumed) = stage.fire(batch)
        return send(sent[...]) {
          for item in consumed { item.release() }
          next()
        }
      }
      let current = stage.parts[index]
      let (isKept, isLast) = (isOnProcessor, index == stage.parts.count - 1)
      isOnProcessor = keeps && isLast
      current.resource.occupy(
        current.units, for: current.seconds[batch - 1], isKept: isKept, keeps: keeps && isLast
      ) { part(index + 1) }
    }
    part(0)
  }

  private func send(_ tokens: ArraySlice<(SimulatedChannel, SimulatedToken)>, then next: @escaping () -> Void)
  {
    guard let (channel, token) = tokens.first else { return next() }
    channel.send(token) { [self] in send(tokens.dropFirst(), then: next) }
  }
}
