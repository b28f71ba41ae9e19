/// Counts what is in flight and keeps it within a limit, so that everything behind it stays bounded.
///
/// Sendable: the counters are read and written only while `monitor` is held.
package final class Gate: @unchecked Sendable {
  private let monitor = Monitor()
  package let limit: Int
  private var inside = 0
  private var closed = false

  package init(limit: Int) { self.limit = max(limit, 1) }

  var count: Int { monitor.withLock { inside } }
  var isClosed: Bool { monitor.withLock { closed } }

  /// Goes in, waiting while the gate is full if asked to.
  package func enter(waits: Bool) throws(RuntimeError) {
    let failure = monitor.withLock { () -> RuntimeError? in
      while !closed {
        if inside < limit {
          inside += 1
          return nil
        }
        guard waits else { return .queueFull }
        monitor.wait(for: .room)
      }
      return .closed
    }
    if let failure { throw failure }
  }

  package func leave() {
    monitor.withLock {
      inside -= 1
      monitor.signal(.room)
    }
  }

  /// Lets nobody in any more, also those who wait.
  func close() {
    monitor.withLock {
      closed = true
      monitor.broadcast(.room)
    }
  }
}
