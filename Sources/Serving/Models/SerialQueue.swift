/// Runs work in order, in the background. The number that waits is bounded.
final class SerialQueue: Sendable {
  typealias Work = @Sendable () async -> Void

  private let entrance: AsyncStream<Work>.Continuation
  private let worker: Task<Void, Never>

  init(limit: Int) {
    let (works, entrance) = AsyncStream.makeStream(of: Work.self, bufferingPolicy: .bufferingOldest(limit))
    self.entrance = entrance
    worker = Task { for await work in works { await work() } }
  }

  deinit { entrance.finish() }

  /// - Returns: `false`, without adding the work, if too many wait.
  func add(_ work: @escaping Work) -> Bool {
    if case .enqueued = entrance.yield(work) { true } else { false }
  }

  /// Accepts nothing more, and waits for the accepted work.
  func finish() async {
    entrance.finish()
    await worker.value
  }
}
