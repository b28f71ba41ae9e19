import Basics
import Testing

@testable import Dataflow
@testable import Serving

/// Nothing of a request stays in memory: it has the body.
@Suite struct RequestSetTests {
  private struct Refused: Error {}

  private let lane = Dispatcher().open(weight: 1, slots: 1, concurrency: 8)

  @Test(arguments: [true, false]) func isGoneWhenAnswered(begins: Bool) throws {
    weak var gone: RequestSet?
    do {
      let set = RequestSet(count: 1) { _ in }
      gone = set
      let item = Locked<Item?>(nil)
      let ticket = try lane.submit(RequestSize(bytes: 1), RequestOptions()) { arrival, completion in
        guard begins else { throw Refused() }
        let started = Item(id: 1, arrival: arrival, tokens: 1, outputs: 0, completion: completion)
        item.withLock { $0 = started }
        return started
      } completion: {
        set.finish(0, $0)
      }
      set.add(ticket)
      item.withLock { $0 }?.release(at: 1)
    }
    #expect(gone == nil)
  }

  @Test func isGoneWhenAbandoned() throws {
    weak var gone: RequestSet?
    do {
      let set = RequestSet(count: 2) { _ in }
      gone = set
      // Keeps the only slot.
      _ = try lane.submit(RequestSize(bytes: 1), RequestOptions()) { arrival, completion in
        Item(id: 1, arrival: arrival, tokens: 1, outputs: 0, completion: completion)
      } completion: { _ in
      }
      set.add(
        try lane.submit(RequestSize(bytes: 1), RequestOptions()) { _, _ in
          throw Refused()
        } completion: {
          set.finish(0, $0)
        })
      set.abandon()
    }
    #expect(gone == nil)
  }
}
