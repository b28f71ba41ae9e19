import Basics
import NIOCore

/// The body of one request as it arrives, within three limits: its bytes, the bytes of all bodies in memory,
/// and the memory that the system has. (Whoever reads it limits the time that it may take.)
///
/// What counts is what has come: who only announces a body takes nothing from others.
struct RequestBody {
  private let limits: Limits
  private let announced: Int?
  private let refused: @Sendable (RequestFailure) -> Void
  /// What this body has of all bodies' bytes. They count until nobody holds it any more.
  let share: ByteBudget.Share
  private(set) var bytes = ByteBuffer()

  struct Limits: Sendable {
    /// Of one body.
    var maximumBytes: Int
    /// From its head to its end.
    var maximumTime: Nanoseconds

    var timeout: TimeAmount { .nanoseconds(Int64(clamping: maximumTime)) }

    /// What a body is refused with that takes longer.
    var late: RequestFailure {
      RequestFailure(.tooSlow, "the body took longer than \(maximumTime / 1_000_000_000) s")
    }
  }

  /// - Parameter refused: told of every failure that the body is refused with.
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

  /// - Throws: `.tooLarge` as soon as the body is known to be so, `.unavailable` when there is no room for
  ///   it.
  mutating func append(_ part: ByteBuffer) throws(RequestFailure) {
    guard part.readableBytes <= limits.maximumBytes - share.bytes else { throw tooLarge }
    guard share.grow(by: part.readableBytes) else { throw noRoom }
    if bytes.readableBytes == 0, part.readableBytes >= announced ?? .max {
      bytes = part  // All of it, not copied.
      return
    }
    try makeRoom(for: part.readableBytes)
    var part = part
    bytes.writeBuffer(&part)
  }

  /// Memory for what is announced at once, or else twice as much as before: growing copies.
  private mutating func makeRoom(for count: Int) throws(RequestFailure) {
    let wanted = bytes.readableBytes == 0 ? max(announced ?? 0, count) : 2 * bytes.readableBytes + count
    guard bytes.makeRoom(for: count, wanting: wanted) else { throw noRoom }
  }

  /// All is here.
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

  /// The same failure, which has been told.
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
  /// - Parameter capacity: bytes to make room for then, in all.
  /// - Returns: whether there is room.
  mutating func makeRoom(for count: Int, wanting capacity: Int) -> Bool {
    guard writableBytes < count else { return true }
    // A buffer takes the next power of two.
    let wanted = max(capacity, readableBytes + count)
    guard wanted <= 1 << 40 else { return false }
    let taken = 1 << (Int.bitWidth - max(wanted - 1, 1).leadingZeroBitCount)
    guard MemoryHeadroom.shared.allows(taken) else { return false }
    reserveCapacity(wanted)
    return true
  }
}
