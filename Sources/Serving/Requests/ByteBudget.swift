import Basics

/// Bounds the bytes of one kind, requests' bodies or responses, that are in memory together. Any thread may
/// use it.
final class ByteBudget: Sendable {
  private let maximum: Int
  /// Bytes that large ones leave for small ones, so that a few clients with much to send don't block the
  /// others.
  private let reserve: Int
  private let total = Locked<Int>(0)

  /// Maximum bytes of a small one.
  static let small = 1 << 20

  init(maximum: Int, reserve: Int = 0) {
    self.maximum = maximum
    self.reserve = reserve
  }

  /// Bytes counted at the moment, for tests.
  var bytesInFlight: Int { total.withLock { $0 } }

  /// The bytes of one holder, returned with the last reference.
  final class Share: Sendable {
    private let budget: ByteBudget
    private let count = Locked<Int>(0)

    init(of budget: ByteBudget) { self.budget = budget }

    deinit {
      let count = bytes
      budget.total.withLock { $0 -= count }
    }

    var bytes: Int { count.withLock { $0 } }

    /// Returns some of it.
    func shrink(by less: Int) {
      count.withLock { $0 -= less }
      budget.total.withLock { $0 -= less }
    }

    /// - Returns: `false`, without a change, if there is no room.
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
