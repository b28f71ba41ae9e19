import Basics
import Dataflow
import Foundation
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
    let answers = Locked([Int: Int]())
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for index in 0..<500 {
        let number = thread * 500 + index
        do {
          let ticket = try lane.submit(RequestSize(bytes: number), RequestOptions(priority: number % 3)) {
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
    let error = Locked<(any Error)?>(nil)
    _ = try lane.submit(RequestSize(bytes: 1), RequestOptions()) {
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
    let times = Locked([UInt64]())
    for number in 0..<3 {
      _ = try lane.submit(RequestSize(bytes: 1), RequestOptions()) {
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

/// Requests whose time is over while they wait are told when it is, and not when something else happens.
@Suite struct ExpiryTests {
  /// An alarm that a test rings.
  private final class ManualAlarm: Alarm {
    let times = Locked([UInt64]())
    let ring: @Sendable () -> Void

    init(_ ring: @escaping @Sendable () -> Void) { self.ring = ring }

    func set(at time: UInt64) { times.withLock { $0.append(time) } }
  }

  @Test func toTheNanosecond() throws {
    let time = ManualTime()
    let made = Locked<ManualAlarm?>(nil)
    let dispatcher = Dispatcher(time: time) { ring in
      let alarm = ManualAlarm(ring)
      made.withLock { $0 = alarm }
      return alarm
    }
    let alarm = try #require(made.withLock { $0 })
    let lane = dispatcher.open(weight: 1, slots: 1, concurrency: 10)
    let executor = try Executor(
      Graph("work", chain: [Stage("work") { (number: Int) in number }]), plan: Plan([Placement(["work"])]))
    let answers = Locked([Int: ItemResult]())
    let begun = Locked<(@Sendable (ItemResult) -> Void)?>(nil)
    func submit(_ number: Int, _ timeout: UInt64?) throws -> Ticket {
      try lane.submit(RequestSize(bytes: 1), RequestOptions(timeout: timeout)) { _, completion in
        begun.withLock { $0 = completion }
        return try executor.trySubmit([number], arrival: 0) { _ in }
      } completion: { result in
        answers.withLock { $0[number] = result }
      }
    }
    _ = try submit(0, nil)
    _ = try submit(1, 500)
    _ = try submit(2, 200)
    let third = try submit(3, 100)
    #expect(alarm.times.withLock { $0 } == [500, 200, 100])
    third.cancel()
    time.advance(by: 199)
    alarm.ring()
    #expect(answers.withLock { Set($0.keys) } == [3] && alarm.times.withLock { $0.last } == 200)
    time.advance(by: 1)
    alarm.ring()
    #expect(answers.withLock { $0[2]?.error as? AdmissionError } == .expired(waited: 200))
    #expect(answers.withLock { $0[2]?.completion } == 200 && alarm.times.withLock { $0.last } == 500)
    time.advance(by: 300)
    alarm.ring()
    #expect(answers.withLock { $0[1]?.error as? AdmissionError } == .expired(waited: 500))
    begun.withLock { $0 }?(ItemResult(arrival: 0, completion: 500, error: CancellationError()))
    #expect(answers.withLock { $0.count } == 4)
    lane.closeAndWait()
    executor.drain()
  }

  /// What is worked on ends only after the one that waited was told.
  @Test(.timeLimit(.minutes(60))) func byTheMachinesClock() throws {
    let (isTold, isBegun) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let executor = try Executor(
      Graph(
        "work",
        chain: [
          Stage("work") { (number: Int) in
            isBegun.signal()
            return isTold.wait(timeout: .now() + 30) == .success ? number : -1
          }
        ]), plan: Plan([Placement(["work"])]))
    let lane = Dispatcher().open(weight: 1, slots: 1, concurrency: 10)
    let errors = Locked([AdmissionError?](repeating: nil, count: 4))
    let first = Locked<Int?>(nil)
    _ = try lane.submit(RequestSize(bytes: 1), RequestOptions()) {
      try executor.trySubmit([7], arrival: $0, completion: $1)
    } completion: { result in
      first.withLock { $0 = try? result.output(as: Int.self) }
    }
    isBegun.wait()
    let told = DispatchSemaphore(value: 0)
    for index in 0..<4 {
      let terms = RequestOptions(timeout: UInt64(50 - 10 * index) * 1_000_000)
      _ = try lane.submit(RequestSize(bytes: 1), terms) {
        try executor.trySubmit([0], arrival: $0, completion: $1)
      } completion: { result in
        errors.withLock { $0[index] = result.error as? AdmissionError }
        told.signal()
      }
    }
    for _ in 0..<4 { told.wait() }
    isTold.signal()
    lane.closeAndWait()
    executor.drain()
    #expect(first.withLock { $0 } == 7)
    for (index, error) in errors.withLock({ $0 }).enumerated() {
      guard case .expired(let waited) = error else {
        Issue.record("\(index): \(String(describing: error))")
        continue
      }
      #expect(waited >= UInt64(50 - 10 * index) * 1_000_000)
    }
  }
}
