import Basics
import Dataflow
import Testing

@testable import Vision

@Suite struct PixelPoolTests {
  @Test func memoryIsUsedAgain() throws {
    let pool = PixelPool()
    var addresses: Set<UnsafeMutablePointer<UInt8>> = []
    for size in [100, 99, 101, 98] {
      addresses.insert(try pool.buffer(width: size, height: 100).mutablePixels)
    }
    #expect(addresses.count == 1)
    #expect(pool.idleBytes >= 30_000 && pool.idleBytes < 40_000)
  }

  @Test func buffersInUseAreDifferent() throws {
    let pool = PixelPool()
    let first = try pool.buffer(width: 10, height: 10)
    let second = try pool.buffer(width: 10, height: 10)
    #expect(first.mutablePixels != second.mutablePixels)
    #expect(pool.idleBytes == 0)
  }

  @Test func idleMemoryIsBounded() throws {
    let pool = PixelPool(maximumIdleBytes: 100_000)
    do {
      let buffers = try (0..<10).map { _ in try pool.buffer(width: 100, height: 100) }
      #expect(buffers.count == 10)
    }
    #expect(pool.idleBytes > 0 && pool.idleBytes <= 100_000)
  }

  /// A thumbnail must not occupy the memory of a poster.
  @Test func smallBufferDoesNotTakeALargeOne() throws {
    let pool = PixelPool()
    _ = try pool.buffer(width: 1000, height: 1000)
    let small = try pool.buffer(width: 10, height: 10)
    #expect(pool.idleBytes >= 3_000_000)
    withExtendedLifetime(small) {}
  }

  @Test(arguments: [1, 4096, 4097, 5000, 33_000_000, 402_653_249])
  func sizeClassesWasteLittle(bytes: Int) {
    let size = PixelPool.sizeClass(bytes)
    #expect(size >= bytes && size % 64 == 0)
    #expect(bytes <= 4096 || size * 4 <= bytes * 5 + 4)
  }

  /// What is used all the time stays.
  @Test func idleMemoryComesBack() throws {
    let pool = PixelPool()
    _ = try pool.buffer(width: 1000, height: 1000)
    _ = try pool.buffer(width: 10, height: 10)
    let all = pool.idleBytes
    pool.giveBackIdle()
    #expect(pool.idleBytes == all)
    _ = try pool.buffer(width: 10, height: 10)
    pool.giveBackIdle()
    #expect(pool.idleBytes > 0 && pool.idleBytes < 10_000)
    MemoryPools.giveBackIdle()
    #expect(pool.idleBytes == 0)
  }
}
