import Basics
import Dataflow
import Foundation

/// Zeroed memory from the system, which provides each page at its first use: a large table costs nothing
/// until it is filled.
///
/// From 2 MiB on it is aligned to 2 MiB and in huge pages if available: a random access then needs no walk
/// through the page tables.
final class MappedMemory {
  let pointer: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  private static let hugePage = 2 << 20

  /// - Throws: `MemoryShortage` if the system refuses.
  init(byteCount: Int) throws {
    let isHuge = byteCount >= Self.hugePage
    // Room to move the start to a whole huge page.
    let bytes = byteCount.addingReportingOverflow(isHuge ? 2 * Self.hugePage : 0)
    guard !bytes.overflow,
      let mapping = mmap(
        nil, bytes.partialValue, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapping != MAP_FAILED
    else {
      throw MemoryShortage(needed: byteCount, available: nil, limit: .system, remedy: nil)
    }
    self.mapping = mapping
    mappedBytes = bytes.partialValue
    pointer = isHuge ? mapping.alignedUp(toMultipleOf: Self.hugePage) : mapping
    if isHuge {
      let length = (byteCount + Self.hugePage - 1) / Self.hugePage * Self.hugePage
      // Only a hint: without huge pages everything works, more slowly.
      _ = madvise(pointer, length, MADV_HUGEPAGE)
    }
  }

  deinit { munmap(mapping, mappedBytes) }
}
