import Dataflow
import Testing

@Suite struct BufferPoolTests {
  private let pool: BufferPool

  init() throws { pool = BufferPool(of: try #require(Platform.local.device(named: "cpu")), keeping: 2) }

  @Test func memoryIsUsedAgain() throws {
    let first = ObjectIdentifier(try pool.take(10_000).buffer)
    #expect(ObjectIdentifier(try pool.take(5_000).buffer) == first)
    let held = try pool.take(10_000)
    #expect(ObjectIdentifier(held.buffer) == first)
    #expect(ObjectIdentifier(try pool.take(10_000).buffer) != first)
  }

  @Test func aSmallOneDoesNotTakeALargeOne() throws {
    let large = ObjectIdentifier(try pool.take(100_000).buffer)
    let small = try pool.take(5_000)
    #expect(ObjectIdentifier(small.buffer) != large)
    #expect(ObjectIdentifier(try pool.take(99_000).buffer) == large)
  }

  @Test func littleIsKept() throws {
    var held = try (0..<4).map { try pool.take(10_000 + $0) }
    let buffers = held.map { ObjectIdentifier($0.buffer) }
    held.removeAll()
    let again = try (0..<3).map { ObjectIdentifier(try pool.take(10_000 + $0).buffer) }
    #expect(Set(again).isSubset(of: Set(buffers)))
    let taken = try (0..<4).map { _ in try pool.take(10_000) }
    #expect(taken.filter { buffers.contains(ObjectIdentifier($0.buffer)) }.count == 2)
  }
}
