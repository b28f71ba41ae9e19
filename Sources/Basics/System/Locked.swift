import Synchronization

/// A value behind a lock: a `Mutex` whose order the thread sanitizer sees.
///
/// On Linux the sanitizer doesn't support `Mutex` and reports every access behind one as a race. Here each
/// holder also passes an atomic on to the next one. This is the project's only lock except `Monitor`, which
/// has conditions.
package struct Locked<Value>: ~Copyable, Sendable {
  @usableFromInline package let mutex: Mutex<Value>
  @usableFromInline package let handedOn = Atomic(false)

  @inlinable
  package init(_ value: consuming sending Value) { mutex = Mutex(value) }

  @inlinable
  package borrowing func withLock<Result, Failure>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try mutex.withLock { value throws(Failure) in
      _ = handedOn.load(ordering: .acquiring)
      defer { handedOn.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
