import Basics
import NIOCore

/// The body of one request as it arrives, within three limits: its bytes, the bytes of all bodies in memory,
/// and the system's memory. (Its reader limits the time.)
///
/// Only received bytes count: an announced body takes nothing from others.
struct RequestBody {
  private let limits: Limits
  private let announced: Int?
  private let refused: @Sendable (RequestFailure) -> Void
  /// Its share of all bodies' bytes. They count until the last reference goes.
  let share: ByteBudget.Share
  private(set) var bytes = ByteBuffer()

  struct Limits: Sendable {
    /// Maximum bytes of one body.
    var maximumBytes: Int
    /// Maximum time from its head to its end, nanoseconds.
    var maximumTime: Nanoseconds

    var timeout: TimeAmount { .nanoseconds(Int64(clamping: maximumTime)) }

    /// The failure of a body that takes longer.
    var late: RequestFailure {
      RequestFailure(.tooSlow, "the body took longer than \(maximumTime / 1_000_000_000) s")
    }
  }

  /// - Parameter refused: called with every failure that refuses the body.
  /// - Throws: `.tooLarge` if the body is announced as too large.
  init(
    announced: Int?, limits: Limits, budget: ByteBudget,
    refused: @escaping @Sendable (RequestFailure) -> Void = { _ in }
  ) throws(RequestFailure) {
    self.limits = limits
    self.announced = announced
    self.refused = refused
    share = ByteBudget.Share(of: budget)
    guard (0...limits.maximumBytes).contains(announced ?? 0) else { throw tooLarge }
  }

  /// - Throws: `.tooLarge` as soon as the body is known to be so, `.unavailable` if there is no room for it.
  mutating func append(_ part: ByteBuffer) throws(RequestFailure) {
    guard part.readableBytes <= limits.maximumBytes - share.bytes else { throw tooLarge }
    guard share.grow(by: part.readableBytes) else { throw noRoom }
    if bytes.readableBytes == 0, part.readableBytes >= announced ?? .max {
      bytes = part  // All of it, without a copy.
      return
    }
    try makeRoom(for: part.readableBytes)
    var part = part
    bytes.writeBuffer(&part)
  }

  /// Reserves the announced bytes at once, or else twice as many as before: growing copies.
  private mutating func makeRoom(for count: Int) throws(RequestFailure) {
    let wanted = bytes.readableBytes == 0 ? max(announced ?? 0, count) : 2 * bytes.readableBytes + count
    guard bytes.makeRoom(for: count, wanting: wanted) else { throw noRoom }
  }

  /// Returns the complete body.
  ///
  /// - Throws: `.invalid` if it is less than was announced.
  func finish() throws(RequestFailure) -> ByteBuffer {
    if let announced, bytes.readableBytes < announced {
      throw refused(
        with: RequestFailure(
          .invalid, "the body breaks off after \(bytes.readableBytes) of \(announced) bytes"))
    }
    return bytes
  }

  /// Reports a failure, and returns it.
  func refused(with failure: RequestFailure) -> RequestFailure {
    refused(failure)
    return failure
  }

  private var tooLarge: RequestFailure {
    refused(
      with: RequestFailure(
        .tooLarge,
        "the body is too large: the limit is \(limits.maximumBytes) bytes (serve --max-body-bytes)"))
  }

  private var noRoom: RequestFailure {
    refused(
      with: RequestFailure(
        .unavailable, "too many large requests at once; try again", retryAfter: 1))
  }
}

extension ByteBuffer {
  /// Makes room for more bytes if there is none, and memory for it.
  ///
  /// - Parameter capacity: bytes to reserve in that case, in all.
  /// - Returns: whether there is room.
  mutating func makeRoom(for count: Int, wanting capacity: Int) -> Bool {
    guard writableBytes < count else { return true }
    // A buffer's size is the next power of two.
    let wanted = max(capacity, readableBytes + count)
    guard wanted <= 1 << 40 else { return false }
    let taken = 1 << (Int.bitWidth - max(wanted - 1, 1).leadingZeroBitCount)
    guard MemoryHeadroom.shared.allows(taken) else { return false }
    reserveCapacity(wanted)
    return true
  }
}
