import TestSupport
import Testing

@testable import Dataflow

/// The rules of a channel, without any thread.
struct ChannelStateTests {
  @Test func keepsOrderAndBound() {
    var state = ChannelState<Int>(capacity: 2)
    #expect(state.send(1) == .accepted)
    #expect(state.send(2) == .accepted)
    #expect(state.send(3) == .wait)
    let received = Queue<Int>()
    #expect(state.receive(1, into: received) == .received)
    #expect(state.send(3) == .accepted)
    #expect(state.receive(2, into: received) == .received)
    #expect(received.drained == [1, 2, 3])
  }

  @Test func givesAWholeFiringOrNothing() {
    var state = ChannelState<Int>(capacity: 4)
    let received = Queue<Int>()
    _ = state.send(1)
    #expect(state.receive(2, into: received) == .wait)
    #expect(received.count == 0)
    _ = state.send(2)
    #expect(state.receive(2, into: received) == .received)
  }

  @Test func closingKeepsWhatIsInside() {
    var state = ChannelState<Int>(capacity: 4)
    for value in 1...3 { _ = state.send(value) }
    state.close()
    #expect(state.send(4) == .refused)
    let received = Queue<Int>()
    #expect(state.receive(2, into: received) == .received)
    #expect(state.receive(2, into: received) == .ended)
    #expect(received.drained == [1, 2, 3])
  }

  @Test func cancellingHandsBackWhatIsInside() {
    var state = ChannelState<Int>(capacity: 4)
    for value in 1...3 { _ = state.send(value) }
    let left = Queue<Int>()
    state.cancel(into: left)
    #expect(left.drained == [1, 2, 3])
    #expect(state.send(4) == .refused)
    #expect(state.receive(1, into: left) == .ended)
  }

  @Test func noRoomAtAllIsRoomForOne() {
    var state = ChannelState<Int>(capacity: 0)
    #expect(state.send(1) == .accepted)
    #expect(state.send(2) == .wait)
  }

  @Test(arguments: 0..<20)
  func behavesAsABoundedArray(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let capacity = Int.random(in: 1...40, using: &random)
    var state = ChannelState<Int>(capacity: capacity)
    var model: [Int] = []
    let received = Queue<Int>()
    for step in 0..<500 {
      if Bool.random(using: &random) {
        #expect(state.send(step) == (model.count < capacity ? .accepted : .wait))
        if model.count < capacity { model.append(step) }
      } else {
        let wanted = Int.random(in: 1...4, using: &random)
        #expect(state.receive(wanted, into: received) == (model.count >= wanted ? .received : .wait))
        if model.count >= wanted {
          #expect(received.drained == Array(model.prefix(wanted)))
          model.removeFirst(wanted)
        }
      }
      #expect(state.count == model.count)
    }
  }
}

extension Queue {
  /// Takes everything out.
  fileprivate var drained: [Element] {
    var elements: [Element] = []
    while let element = popFirst() { elements.append(element) }
    return elements
  }
}
