/// A pool that keeps memory to use it again.
public protocol MemoryPool: AnyObject, Sendable {
  /// Frees what nobody has used since this was called last.
  func giveBackIdle()
}

/// All pools of the process, of which memory comes back after a while without use.
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

  /// Frees what nobody has used since this was called last.
  public static func giveBackIdle() {
    // The last reference to a pool may go here, and its `deinit` takes the lock.
    let pools = members.withLock { $0.values.compactMap(\.pool) }
    for pool in pools { pool.giveBackIdle() }
  }
}

/// Pieces of memory that nobody uses now, the one idle for longest first.
public struct IdlePieces<Piece> {
  public private(set) var pieces: [Piece] = []
  /// How many of the first were here already when the aged were taken last.
  private var agedCount = 0

  public init() {}

  public mutating func append(_ piece: Piece) { pieces.append(piece) }

  public mutating func remove(at index: Int) -> Piece {
    if index < agedCount { agedCount -= 1 }
    return pieces.remove(at: index)
  }

  /// - Returns: those that have been here since this was called last, which leave.
  public mutating func takeAged() -> [Piece] {
    let aged = Array(pieces.prefix(agedCount))
    pieces.removeFirst(agedCount)
    agedCount = pieces.count
    return aged
  }
}
