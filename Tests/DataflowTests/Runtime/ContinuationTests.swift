import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

/// A thread goes on with its item in the next placement if nobody is there.
@Suite(.timeLimit(.minutes(60)))
struct ContinuationTests {
  /// Two placements; the second one tells on whose thread it ran.
  private static func executor(_ second: Stage, instances: Int = 1) throws -> Executor {
    let graph = try Graph("two", chain: [Stage("first") { (value: Int) in value }, second])
    return try Executor(
      graph, plan: Plan([Placement(["first"], instances: instances), Placement([second.name])]))
  }

  private static let telling = Stage("second") { (_: Int) in Thread.current.name ?? "" }

  @Test func goesOnInAnEmptySeat() throws {
    let executor = try Self.executor(Self.telling)
    let threads = try (0..<50).map { try executor.results(ofOne: $0).output(as: String.self) }
    // The placement's own thread sits there when it has just begun to wait.
    #expect(threads.count { $0 == "first 0" } > 25, "\(threads)")
    executor.drain()
  }

  /// While somebody sits there, what others prepare is left to the placement's own thread.
  @Test func leavesTheRestToTheOwnThread() throws {
    let (hasBegun, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let names = Locked<[Int: String]>([:])
    let second = Stage("second") { (value: Int) in
      if value == 0 {
        hasBegun.signal()
        release.wait()
      }
      names.withLock { $0[value] = Thread.current.name }
      return value
    }
    let executor = try Self.executor(second, instances: 2)
    let done = DispatchSemaphore(value: 0)
    try executor.submit([0]) { _ in done.signal() }
    hasBegun.wait()
    for value in 1..<3 { try executor.submit([value]) { _ in done.signal() } }
    let deadline = Date.now + 60
    while executor.waiting != [0, 2], Date.now < deadline { usleep(100) }
    #expect(executor.waiting == [0, 2])
    #expect(names.withLock { $0.isEmpty })
    release.signal()
    for _ in 0..<3 { done.wait() }
    // Who has sent the last one may find the continuation empty by now, and take one of the two.
    #expect(names.withLock { $0.values.contains("second 0") })
    executor.drain()
  }

  /// A firing that gives many tokens doesn't keep them to itself: they are worth a second thread.
  @Test func overlapsWithinAnItem() throws {
    let taken = Locked(0)
    let many = Stage.rated("many", out: [.upTo(100)]) { firing in
      for index in 0..<100 {
        firing.emit(index)
      }
    }
    let pass = Stage("pass") { (value: Int) in
      if value == 50 {
        let deadline = Date.now + 10
        while taken.withLock({ $0 == 0 }), Date.now < deadline { usleep(100) }
        #expect(taken.withLock { $0 } > 0)
      }
      return value
    }
    let take = Stage("take") { (value: Int) in
      taken.withLock { $0 += 1 }
      return value
    }
    let graph = try Graph("many", chain: [many, pass, take])
    let executor = try Executor(graph, plan: Plan([Placement(["many", "pass"]), Placement(["take"])]))
    #expect(try executor.results(ofOne: 0).outputs[0].count == 100)
    executor.drain()
  }

  @Test func continuesOnlyWhenNothingWaits() {
    #expect(Continuation.continues(waiting: 0))
    #expect(!Continuation.continues(waiting: 1))
  }

  /// State and order are the continuation's, not the thread's.
  @Test(arguments: [1, 4]) func keepsStateAndOrder(instances: Int) throws {
    let seen = Locked<[Int]>([])
    let second = Stage("second") { (value: Int) in
      seen.withLock { $0.append(value) }
      return value
    }
    let executor = try Self.executor(second, instances: instances)
    let done = DispatchSemaphore(value: 0)
    for value in 0..<5_000 {
      try executor.submit([value]) { _ in done.signal() }
      if value.isMultiple(of: 7) { sched_yield() }
    }
    for _ in 0..<5_000 { done.wait() }
    let order = seen.withLock { $0 }
    #expect(order.sorted() == Array(0..<5_000))
    if instances == 1 { #expect(order == Array(0..<5_000)) }
    executor.drain()
  }

  /// A chain of continuations: one thread goes all the way; many items, cancelled half-way, are all answered.
  @Test func chainOfSeats() throws {
    let graph = try Graph("chain", chain: (0..<5).map { Stage("s\($0)") { (value: Int) in value + 1 } })
    let plan = Plan(graph.stages.map { Placement([$0.name]) }, queueCapacity: 3)
    for round in 0..<20 {
      let executor = try Executor(graph, plan: plan)
      let answered = Locked(0)
      for value in 0..<100 {
        try executor.submit([value]) { result in
          if result.error == nil { #expect(result.integers == [[value + 5]]) }
          answered.withLock { $0 += 1 }
        }
      }
      if round.isMultiple(of: 2) { executor.cancel() } else { executor.drain() }
      #expect(answered.withLock { $0 } == 100)
    }
  }
}

extension Executor {
  fileprivate func results(ofOne value: Int) throws -> ItemResult {
    let result = Locked<ItemResult?>(nil)
    let done = DispatchSemaphore(value: 0)
    try submit([value]) { answer in
      result.withLock { $0 = answer }
      done.signal()
    }
    done.wait()
    return try #require(result.withLock { $0 })
  }
}
