import Dataflow

/// A worker in virtual time: it takes a batch in, runs its stages by their static schedule, and waits where a
/// real one would.
///
/// A thread never continues an item in another placement, as a real one may (see `Continuation`): the
/// simulation is of full load, where real ones don't either.
final class SimulatedWorker {
  struct Intake {
    let channel: SimulatedChannel
    let queue: Queue<SimulatedToken>
    /// The tokens of one iteration.
    let tokens: Int
  }

  private let intakes: [Intake]
  private let stages: [SimulatedStage]
  private var state: WorkerState
  /// An iteration's seconds outside all stages.
  private let overhead: Double
  private let time: VirtualTime
  /// Called after each batch with its iterations; `false` ends the worker.
  private let iterated: (Int) -> Bool

  /// The number of the current wait: it invalidates older timers.
  private var question = 0
  /// Whether the processor has been kept since the last firing.
  private var isOnProcessor = false

  init(
    _ state: WorkerState, _ stages: [SimulatedStage], intakes: [Intake], overhead: Double, time: VirtualTime,
    iterated: @escaping (Int) -> Bool
  ) {
    self.state = state
    self.stages = stages
    self.intakes = intakes
    self.overhead = overhead
    self.time = time
    self.iterated = iterated
  }

  /// Takes in a batch, or waits for it.
  func begin() {
    question += 1
    guard !intakes.isEmpty else { return run(1) }
    let ready = intakes.map { $0.channel.count / $0.tokens }.min() ?? 0
    switch state.takeIn(ready: ready, now: time.now) {
    case .take(let batch):
      for intake in intakes { intake.channel.receive(batch * intake.tokens, into: intake.queue) }
      run(batch)
    case .wait(let deadline):
      let asked = question
      let again = { [self] in if question == asked { begin() } }
      for intake in intakes { intake.channel.onArrival(again) }
      if let deadline { time.schedule(after: deadline - time.now, again) }
    }
  }

  private func run(_ iterations: Int) {
    time.schedule(after: overhead * Double(iterations)) { [self] in
      goOn(with: state.batch(of: iterations))
    }
  }

  /// Runs the rest of a batch.
  private func goOn(with batch: WorkerState.Batch) {
    var batch = batch
    guard let firings = batch.next(canFire: { stages[$0].canFire }) else {
      if iterated(batch.iterations) { time.schedule { [self] in begin() } }
      return
    }
    let atOnce = min(firings.count, batch.iterations)
    fire(
      stages[firings.member], atOnce, times: firings.count / atOnce,
      before: batch.following.map { stages[$0] }
    ) {
      [self] in goOn(with: batch)
    }
  }

  /// Fires a stage `times` times, `batch` at once.
  ///
  /// - Parameter following: the schedule's next stage.
  private func fire(
    _ stage: SimulatedStage, _ batch: Int, times: Int, before following: SimulatedStage?,
    then next: @escaping () -> Void
  ) {
    guard times > 0 else { return next() }
    fire(stage, batch, keeps: (times > 1 ? stage : following).map(stage.keepsProcessor) ?? false) { [self] in
      fire(stage, batch, times: times - 1, before: following, then: next)
    }
  }

  /// Fires once: the parts, then the tokens.
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
