import Basics
import Testing

@testable import Serving

@Suite struct SerialQueueTests {
  @Test func oneAfterTheOtherUpToItsLimit() async throws {
    let queue = SerialQueue(limit: 3)
    let done = Locked<[Int]>([])
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let (opened, open) = AsyncStream.makeStream(of: Void.self)
    #expect(
      queue.add {
        begin.finish()
        for await _ in opened {}
        done.withLock { $0.append(0) }
      })
    for await _ in begun {}  // It doesn't wait any more.
    for number in 1...3 { #expect(queue.add { done.withLock { $0.append(number) } }) }
    #expect(!queue.add { done.withLock { $0.append(4) } })
    #expect(done.withLock { $0.isEmpty })
    open.finish()
    await queue.finish()
    #expect(done.withLock { $0 } == [0, 1, 2, 3])
    #expect(!queue.add {})
  }
}
