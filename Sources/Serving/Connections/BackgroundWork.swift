import NIOPosix

/// Runs slow work away from the connections' thread: reading large requests, and writing large responses.
struct BackgroundWork: Sendable {
  /// The size in bytes above which work is large.
  static let threshold = 64 << 10

  private let pool: NIOThreadPool
  /// For work of seconds, which others need not wait behind.
  private let slow = NIOThreadPool(numberOfThreads: 1)

  /// Starts its threads, one for each of the cores but one, and one for slow work.
  init(cores: Int) {
    pool = NIOThreadPool(numberOfThreads: max(1, cores - 1))
    pool.start()
    slow.start()
  }

  /// Calls `work` once, on some thread.
  ///
  /// - Parameter isSlow: whether it may take seconds.
  func run(isSlow: Bool = false, _ work: @escaping @Sendable () -> Void) {
    (isSlow ? slow : pool).submit { _ in work() }
  }

  /// Finishes what was begun, and ends the threads.
  func shutdown() async {
    try? await pool.shutdownGracefully()
    try? await slow.shutdownGracefully()
  }

  /// Begins cancellable work in the background.
  ///
  /// - Parameters:
  ///   - start: returns the work that can be cancelled.
  ///   - failed: called with the error that prevented the start.
  func begin(
    _ start: @escaping @Sendable () throws -> any Cancellable,
    failed: @escaping @Sendable (any Error) -> Void
  ) -> any Cancellable {
    let postponed = Postponed()
    run {
      guard !postponed.isCancelled else { return failed(CancellationError()) }
      do {
        postponed.began(try start())
      } catch {
        failed(error)
      }
    }
    return postponed
  }
}
