import Dataflow
import Testing

@Suite struct BufferPoolTests {
  private let pool: BufferPool

  init() throws { pool = BufferPool(of: try #require(Platform.local.device(named: "cpu")), keeping: 2) }

  @Test func memoryIsUsedAgain() throws {
    let first = try pool.take(10_000).buffer
    #expect(try pool.take(5_000).buffer === first)
    let held = try pool.take(10_000)
    #expect(held.buffer === first)
    #expect(try pool.take(10_000).buffer !== first)
  }

  @Test func aSmallOneDoesNotTakeALargeOne() throws {
    let large = try pool.take(100_000).buffer
    let small = try pool.take(5_000)
    #expect(small.buffer !== large)
    #expect(try pool.take(99_000).buffer === large)
  }

  @Test func littleIsKept() throws {
    var held = try (0..<4).map { try pool.take(10_000 + $0) }
    // Keeps them alive, so that no other buffer can have their address.
    let buffers = held.map(\.buffer)
    held.removeAll()
    let taken = try (0..<4).map { _ in try pool.take(10_000) }
    #expect(taken.filter { taken in buffers.contains { $0 === taken.buffer } }.count == 2)
  }
}
