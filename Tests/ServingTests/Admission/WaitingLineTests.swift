import Basics
import Dataflow
import Testing

@testable import Serving

@Suite struct WaitingLineTests {
  private func entry(
    _ id: UInt64, priority: Int = 0, at arrival: UInt64 = 0, deadline: UInt64 = .max, cost: UInt64 = 0
  ) -> WaitingLine.Entry {
    WaitingLine.Entry(id: id, priority: priority, arrival: arrival, deadline: deadline, cost: cost)
  }

  private func order(_ entries: [WaitingLine.Entry]) -> [UInt64] {
    var line = WaitingLine()
    for entry in entries { line.insert(entry) }
    return (0..<entries.count).compactMap { _ in line.removeFirst()?.id }
  }

  @Test func comeInTheOrderOfArrival() {
    #expect(order((1...5).map { entry($0, at: $0, cost: 10) }) == [1, 2, 3, 4, 5])
  }

  @Test func urgentOnesComeFirst() {
    #expect(
      order([entry(1, priority: 2), entry(2, priority: 0, at: 9), entry(3, priority: 1)]) == [2, 3, 1])
  }

  @Test func aLargeOneLetsSmallOnesPassThatCameSoonAfter() {
    let large = entry(1, at: 0, cost: 70_000_000)
    let small = (2...4).map { entry($0, at: $0 * 30_000_000, cost: 4_000_000) }
    // Due at 70, 64, 94 and 124 ms.
    #expect(order([large] + small) == [2, 1, 3, 4])
  }

  @Test func noneIsOvertakenForLongerThanTheWindow() {
    let huge = entry(1, at: 0, cost: 5_000_000_000)
    let later = entry(2, at: WaitingLine.Entry.window + 1)
    #expect(order([huge, later]) == [1, 2])
  }

  @Test func tellsTheWorkBefore() {
    var line = WaitingLine()
    for id in 1...4 { line.insert(entry(UInt64(id), at: UInt64(id), cost: 10)) }
    #expect(line.work(before: entry(5, at: 5, cost: 10)) == 40)
    #expect(line.work(before: entry(5, priority: -1, at: 5)) == 0)
  }

  @Test func removes() {
    var line = WaitingLine()
    let entries = (1...4).map { entry($0, at: 7) }
    for entry in entries { line.insert(entry) }
    #expect(line.remove(entries[2]) && !line.remove(entries[2]))
    #expect(line.entries == [entries[0], entries[1], entries[3]])
  }

  @Test func removesThoseWhoseTimeIsOver() {
    var line = WaitingLine()
    for entry in [entry(1, deadline: 50), entry(2, deadline: 20), entry(3)] { line.insert(entry) }
    #expect(line.removeLate(19) == nil)
    #expect(line.removeLate(20)?.id == 2 && line.removeLate(20) == nil)
    #expect(line.removeLate(60)?.id == 1 && line.removeLate(60) == nil && line.count == 1)
  }
}
