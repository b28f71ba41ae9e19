import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite(.timeLimit(.minutes(60)))
struct LookoutTests {
  @Test func onlyWhileItPaysOff() {
    var lookout = Lookout(cores: 2)
    #expect(!lookout.isWorthwhile, "nothing has come yet")
    lookout.begin(1_000)
    lookout.end(1_000 + Lookout.limit)
    #expect(lookout.isWorthwhile)
    lookout.begin(10_000_000)
    lookout.end(10_000_001 + Lookout.limit)
    #expect(!lookout.isWorthwhile)
    lookout.begin(5)
    lookout.end(4)
    #expect(lookout.isWorthwhile, "another thread's clock reading may be later")
  }

  @Test func neverWithOneCore() {
    var lookout = Lookout(cores: 1)
    lookout.begin(0)
    lookout.end(1)
    #expect(!lookout.isWorthwhile)
  }

  /// Items that come before, while and after the threads look out, one at a time and in bursts, are all answered.
  @Test(arguments: [1, 3]) func losesNothing(instances: Int) throws {
    let graph = try Graph(
      "two", chain: [Stage("a") { (value: Int) in value }, Stage("b") { (value: Int) in value }])
    let executor = try Executor(
      graph, plan: Plan([Placement(["a"], instances: instances), Placement(["b"])]))
    var random = SeededGenerator(seed: instances)
    for _ in 0..<400 {
      let burst = Int.random(in: 1...4, using: &random)
      let done = DispatchSemaphore(value: 0)
      for value in 0..<burst { try executor.submit([value]) { _ in done.signal() } }
      for _ in 0..<burst { #expect(done.wait(timeout: .now() + 60) == .success) }
      usleep([0, 0, 50, 400, 600].randomElement(using: &random) ?? 0)
    }
    executor.drain()
  }

  /// Who looks out sees that nothing more comes.
  @Test func endsWhileLookingOut() throws {
    for round in 0..<100 {
      let graph = try Graph("one", chain: [Stage("a") { (value: Int) in value }])
      let executor = try Executor(graph)
      let done = DispatchSemaphore(value: 0)
      for value in 0..<3 {
        try executor.submit([value]) { _ in done.signal() }
        done.wait()
      }
      if round.isMultiple(of: 2) { executor.drain() } else { executor.cancel() }
      #expect(executor.inFlight == 0)
    }
  }
}
