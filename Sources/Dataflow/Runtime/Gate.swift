/// A limit on the items in flight, which bounds everything behind it.
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

  /// Enters. At a full gate it waits, or throws `RuntimeError.queueFull`.
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

  /// Refuses all further entries, also waiting ones.
  func close() {
    monitor.withLock {
      closed = true
      monitor.broadcast(.room)
    }
  }
}
