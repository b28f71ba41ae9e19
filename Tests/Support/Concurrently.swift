import Basics
import Foundation
import Planning

/// Runs `body` on `count` threads at once and gives what each returned.
public func concurrently<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) -> [Result<Value, any Error>] {
  let results = Results<Value>(count)
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      results.set(index, Result { try body(index) })
      group.leave()
    }
  }
  group.wait()
  return results.all
}

private final class Results<Value: Sendable>: @unchecked Sendable {
  // Sendable: `lock` guards `values`.
  private let lock = NSLock()
  private var values: [Result<Value, any Error>?]

  init(_ count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Result<Value, any Error>) { lock.withLock { values[index] = value } }

  var all: [Result<Value, any Error>] { lock.withLock { values.compactMap { $0 } } }
}
