import Foundation

/// An operating-system thread that can be waited for. Device workers have threads of their own, so that nothing
/// they wait for blocks Swift's cooperative pool.
///
/// Sendable: the handle is a value that any thread may use.
struct WorkerThread: @unchecked Sendable {
  private let handle: pthread_t

  /// Starts the thread. Exactly one of `join` and `detach` must follow.
  ///
  /// - Parameter name: shown by debuggers and profilers, which keep its first 15 bytes.
  /// - Throws: `POSIXError` when the system has no thread left.
  init(name: String, body: @escaping @Sendable () -> Void) throws {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var handle = pthread_t()
    let failure = pthread_create(
      &handle, nil,
      { argument in
        argument.map { Unmanaged<Start>.fromOpaque($0).takeRetainedValue() }?.run()
        return nil
      }, start.toOpaque())
    guard failure == 0 else {
      start.release()
      throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EAGAIN)
    }
    self.handle = handle
  }

  /// Waits for the thread's end.
  func join() { pthread_join(handle, nil) }

  /// Lets the thread end by itself.
  func detach() { pthread_detach(handle) }
}

/// What a new thread is handed.
private final class Start {
  private let name: String
  private let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    // Linux refuses more than 15 bytes.
    Thread.current.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
    body()
  }
}
