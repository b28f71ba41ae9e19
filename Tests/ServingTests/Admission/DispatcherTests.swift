import Dataflow
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Serving

/// The dispatcher before a real executor, used by many threads.
@Suite struct DispatcherTests {
  private func executor(_ work: @escaping @Sendable (Int) throws -> Int) throws -> Executor {
    try Executor(
      Graph("work", chain: [Stage("work", work)]), plan: Plan([Placement(["work"], instances: 2)]))
  }

  @Test func everyRequestIsAnsweredOnce() throws {
    let executor = try executor { number in
      if number.isMultiple(of: 7) { throw AdmissionError.expired(waited: 7) }
      return number
    }
    let lane = Dispatcher().open(weight: 1, slots: 2, concurrency: 100_000)
    let answers = Mutex([Int: Int]())
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for index in 0..<500 {
        let number = thread * 500 + index
        do {
          let ticket = try lane.submit(bytes: number, RequestTerms(priority: number % 3)) {
            try executor.trySubmit([number], arrival: $0, completion: $1)
          } completion: { _ in
            answers.withLock { $0[number, default: 0] += 1 }
          }
          if number.isMultiple(of: 5) { ticket.cancel() }
        } catch {
          Issue.record(error)
        }
      }
    }
    lane.closeAndWait()
    executor.drain()
    #expect(answers.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<2000).map { ($0, 1) }))
    #expect(lane.waiting == 0)
  }

  @Test func whatCannotBeStartedIsAnswered() throws {
    let executor = try executor { $0 }
    executor.drain()
    let lane = Dispatcher().open(weight: 1, slots: 1, concurrency: 10)
    let error = Mutex<(any Error)?>(nil)
    _ = try lane.submit(bytes: 1, RequestTerms()) {
      try executor.trySubmit([1], arrival: $0, completion: $1)
    } completion: { result in
      error.withLock { $0 = result.error }
    }
    #expect(error.withLock { $0 as? RuntimeError } == .closed)
    lane.closeAndWait()
  }

  @Test func timeInTheLineCounts() throws {
    let executor = try executor {
      Thread.sleep(forTimeInterval: 0.02)
      return $0
    }
    let lane = Dispatcher().open(weight: 1, slots: 1, concurrency: 10)
    let times = Mutex([UInt64]())
    for number in 0..<3 {
      _ = try lane.submit(bytes: 1, RequestTerms()) {
        try executor.trySubmit([number], arrival: $0, completion: $1)
      } completion: { result in
        times.withLock { $0.append(result.completion - result.arrival) }
      }
    }
    lane.closeAndWait()
    executor.drain()
    #expect(times.withLock { $0[2] } >= 60_000_000)
  }
}
