import Glibc

/// The time at which a decoding must be done.
struct DecodeDeadline {
  /// On `CLOCK_MONOTONIC`.
  let nanoseconds: UInt64
  private let limitSeconds: Double

  static let none = DecodeDeadline(nanoseconds: .max, limitSeconds: .infinity)

  /// The deadline so many seconds from now.
  static func after(seconds: Double) -> DecodeDeadline {
    let later = Double(now) + max(seconds, 0) * 1e9
    return DecodeDeadline(nanoseconds: UInt64(exactly: later.rounded()) ?? .max, limitSeconds: seconds)
  }

  var error: ImageError { .tooSlow(limitSeconds: limitSeconds) }

  /// - Throws: `ImageError.tooSlow` past the deadline.
  func check() throws(ImageError) {
    if Self.now > nanoseconds { throw error }
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
