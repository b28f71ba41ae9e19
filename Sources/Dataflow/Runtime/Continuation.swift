/// Lets a thread go on with its item in the next placement, if that is one worker. Waking the worker's own
/// thread takes longer than many stages do.
///
/// One thread at a time takes tokens and iterates, so tokens keep their order and stages their state.
///
/// Sendable: `worker` is used only while `occupied` is held.
final class Continuation: @unchecked Sendable {
  private let worker: Worker
  private let intake: Worker.Intake
  private let occupied = Monitor()
  /// The continuation behind this one.
  private let next: Continuation?

  /// - Parameter worker: with one intake, from a quiet channel.
  init?(_ worker: Worker, next: Continuation?) {
    guard worker.intakes.count == 1 else { return nil }
    self.worker = worker
    intake = worker.intakes[0]
    self.next = next
  }

  /// Whether a thread goes on with an item in the next placement: only if nothing else waits for it.
  /// Otherwise waking the placement's own thread pays, as the two overlap.
  static func continues(waiting: Int) -> Bool { waiting == 0 }

  /// Offers the tokens that the calling thread has sent here. It processes them if no other thread works
  /// here, and otherwise announces them.
  ///
  /// - Parameter waiting: tokens that wait for the calling thread.
  func offer(whileWaiting waiting: Int) {
    var hasWorked = false
    if Self.continues(waiting: waiting) {
      _ = occupied.tryLock { hasWorked = iterate() }
    }
    // A thread that works here may have looked for tokens before these were sent.
    intake.channel.announce(intake.tokens)
    if hasWorked { next?.offer(whileWaiting: waiting) }
  }

  /// Waits for work on the worker's own thread; `false` at the end of input.
  func awaitWork() -> Bool { intake.channel.wait(for: intake.tokens) }

  /// Runs one iteration on the worker's own thread, if its tokens are still there.
  func work() -> Bool { occupied.withLock { iterate() } }

  /// Ends the worker on its own thread, after the end of input.
  func vacate() {
    occupied.withLock {
      _ = worker.takeInOne()  // The rest, too small for an iteration.
      worker.abandonRest()
    }
  }

  private func iterate() -> Bool {
    guard worker.takeInNow() else { return false }
    worker.iterate()
    return true
  }
}
