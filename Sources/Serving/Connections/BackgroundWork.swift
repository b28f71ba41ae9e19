import NIOPosix

/// Does what would keep the connections' thread for long: reads large requests, and writes large answers.
struct BackgroundWork: Sendable {
  /// What is larger than so many bytes is large.
  static let threshold = 64 << 10

  private let pool: NIOThreadPool

  /// Starts its threads, one for each of the cores but one.
  init(cores: Int) {
    pool = NIOThreadPool(numberOfThreads: max(1, cores - 1))
    pool.start()
  }

  /// Calls `work` once, on some thread.
  func run(_ work: @escaping @Sendable () -> Void) {
    pool.submit { _ in work() }
  }

  /// Does what was begun, and ends the threads.
  func shutdown() async { try? await pool.shutdownGracefully() }

  /// Begins something in the background.
  ///
  /// - Parameters:
  ///   - start: gives what can be cancelled.
  ///   - failed: told why it could not begin.
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
