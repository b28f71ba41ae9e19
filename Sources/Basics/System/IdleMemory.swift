/// A pool that keeps freed memory for reuse.
public protocol MemoryPool: AnyObject, Sendable {
  /// Frees the memory unused since the previous call.
  func giveBackIdle()
}

/// All memory pools of the process.
public enum MemoryPools {
  private struct Member {
    weak var pool: (any MemoryPool)?
  }

  private static let members = Locked<[ObjectIdentifier: Member]>([:])

  public static func add(_ pool: any MemoryPool) {
    members.withLock { $0[ObjectIdentifier(pool)] = Member(pool: pool) }
  }

  /// For a pool's `deinit`.
  public static func remove(_ pool: any MemoryPool) {
    members.withLock { members in
      // Another pool may have the address by now.
      if members[ObjectIdentifier(pool)]?.pool == nil { members[ObjectIdentifier(pool)] = nil }
    }
  }

  /// Frees the memory unused since the previous call, in all pools.
  public static func giveBackIdle() {
    // The last reference to a pool may end here, and its `deinit` takes the lock.
    let pools = members.withLock { $0.values.compactMap(\.pool) }
    for pool in pools { pool.giveBackIdle() }
  }
}

/// Unused pieces of memory, the longest idle first.
public struct IdlePieces<Piece> {
  public private(set) var pieces: [Piece] = []
  /// The number of leading pieces that were idle at the previous `takeAged`.
  private var agedCount = 0

  public init() {}

  public mutating func append(_ piece: Piece) { pieces.append(piece) }

  public mutating func remove(at index: Int) -> Piece {
    if index < agedCount { agedCount -= 1 }
    return pieces.remove(at: index)
  }

  /// - Returns: the pieces idle since the previous call, which are removed.
  public mutating func takeAged() -> [Piece] {
    let aged = Array(pieces.prefix(agedCount))
    pieces.removeFirst(agedCount)
    agedCount = pieces.count
    return aged
  }
}
