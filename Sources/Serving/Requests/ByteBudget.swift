import Basics

/// How many bytes of one kind — of requests' bodies, of answers — may be in memory, all together. Any thread
/// may use it.
final class ByteBudget: Sendable {
  private let maximum: Int
  /// What large ones leave for small ones: a few clients with much to send keep out nobody with little.
  private let reserve: Int
  private let total = Locked<Int>(0)

  /// What has no more bytes is small.
  static let small = 1 << 20

  init(maximum: Int, reserve: Int = 0) {
    self.maximum = maximum
    self.reserve = reserve
  }

  /// Bytes counted at the moment, for tests.
  var bytesInFlight: Int { total.withLock { $0 } }

  /// What one of them has; given back with the last reference.
  final class Share: Sendable {
    private let budget: ByteBudget
    private let count = Locked<Int>(0)

    init(of budget: ByteBudget) { self.budget = budget }

    deinit {
      let count = bytes
      budget.total.withLock { $0 -= count }
    }

    var bytes: Int { count.withLock { $0 } }

    /// Gives some of it back.
    func shrink(by less: Int) {
      count.withLock { $0 -= less }
      budget.total.withLock { $0 -= less }
    }

    /// - Returns: `false`, and nothing changes, if there is no room.
    func grow(by more: Int) -> Bool {
      let isSmall = bytes + more <= ByteBudget.small
      let fits = budget.total.withLock { total in
        guard total + more <= budget.maximum - (isSmall ? 0 : budget.reserve) else { return false }
        total += more
        return true
      }
      if fits { count.withLock { $0 += more } }
      return fits
    }
  }
}
