import Foundation

/// An operating-system thread that can be waited for. Device workers have threads of their own, so that nothing
/// they wait for blocks Swift's cooperative pool.
final class WorkerThread: Sendable {
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread.
  ///
  /// - Parameter name: shown by debuggers and profilers, which keep its first 15 bytes.
  init(name: String, body: sending @escaping () -> Void) {
    let ended = ended
    nonisolated(unsafe) let body = body  // Called once, by the thread; `sending` keeps nobody else's hands off it.
    let thread = Thread {
      body()
      ended.signal()
    }
    thread.name = name
    thread.start()
  }

  /// Waits for the thread's end. Called once.
  func join() { ended.wait() }
}
