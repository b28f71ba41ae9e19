import Foundation

/// A joinable operating-system thread. Device workers have their own, so that their waits don't block Swift's
/// cooperative pool.
///
/// Sendable: the handle is a value that any thread may use.
struct WorkerThread: @unchecked Sendable {
  private let handle: pthread_t

  /// Starts the thread. Exactly one of `join` and `detach` must follow.
  ///
  /// - Parameter name: for debuggers and profilers; its first 15 bytes count.
  /// - Throws: `POSIXError` if the system has no thread left.
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

  func join() { pthread_join(handle, nil) }

  func detach() { pthread_detach(handle) }
}

/// The arguments of a new thread.
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
