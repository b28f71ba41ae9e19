import TestSupport
import Testing

@testable import Dataflow

struct QueueTests {
  @Test(arguments: 0..<20)
  func behavesAsAnArray(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let queue = Queue<String>(capacity: Int.random(in: 0...9, using: &random))
    var model: [String] = []
    for step in 0..<500 {
      if Int.random(in: 0..<5, using: &random) < (step < 250 ? 3 : 2) {
        queue.append("\(step)")
        model.append("\(step)")
      } else {
        #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      }
      #expect(queue.count == model.count)
      #expect((0..<queue.count).map { queue[$0] } == model)
    }
  }

  @Test func releasesWhatIsLeft() {
    final class Witness {}
    weak var witness: Witness?
    do {
      let queue = Queue<Witness>()
      let kept = Witness()
      witness = kept
      for _ in 0..<9 { queue.append(kept) }
      _ = queue.popFirst()
    }
    #expect(witness == nil)
  }
}
