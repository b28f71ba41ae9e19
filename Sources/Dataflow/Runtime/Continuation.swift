/// Lets the thread that has prepared an item go on with it in the next placement, if that is one worker: waking the worker's
/// own thread takes longer than many stages do.
///
/// One thread at a time takes tokens and iterates, so tokens keep their order and stages their state, whichever thread it is.
///
/// Sendable: `worker` is used only by who holds `occupied`.
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

  /// Whether to go on with an item in the next placement, rather than to wake that placement's own thread: if
  /// nothing else waits for the thread that has it. Otherwise two threads are worth waking: they overlap.
  static func continues(waiting: Int) -> Bool { waiting == 0 }

  /// For a thread that has sent here: goes on with what it sent if no other thread does, and sees to it that the rest is
  /// taken care of.
  ///
  /// - Parameter waiting: tokens that wait for the calling thread.
  func offer(whileWaiting waiting: Int) {
    var hasWorked = false
    if Self.continues(waiting: waiting) {
      _ = occupied.tryLock { hasWorked = iterate() }
    }
    // Also when another thread works here: who has looked for more before these were sent doesn't know of them.
    intake.channel.announce(intake.tokens)
    if hasWorked { next?.offer(whileWaiting: waiting) }
  }

  /// For the worker's own thread: waits until there is something to do; `false` when there never will be.
  func awaitWork() -> Bool { intake.channel.wait(for: intake.tokens) }

  /// For the worker's own thread: one iteration, if its tokens are still there.
  func work() -> Bool { occupied.withLock { iterate() } }

  /// For the worker's own thread, when no more tokens come.
  func vacate() {
    occupied.withLock {
      _ = worker.takeInOne()  // What is too little for an iteration.
      worker.abandonRest()
    }
  }

  private func iterate() -> Bool {
    guard worker.takeInNow() else { return false }
    worker.iterate()
    return true
  }
}
