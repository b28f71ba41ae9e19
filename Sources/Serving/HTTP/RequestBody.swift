import Dataflow
import HTTPTypes
import NIOCore
import Synchronization

/// The body of one request as it arrives, within two limits: its bytes, and the bytes of all bodies in memory. (Whoever reads it
/// limits the time that it may take.)
///
/// A body that announces its length is counted in full from the start, so that a request is refused before it is
/// sent and not halfway. Others are counted as they grow; with the memory they outgrow, they may take twice their
/// bytes.
struct RequestBody {
  private let limits: Limits
  private let announced: Int?
  private let refused: @Sendable (HTTPFailure) -> Void
  /// What this body has of all bodies' bytes. They count until nobody holds it any more.
  let share: BodyBudget.Share
  private(set) var bytes = ByteBuffer()

  struct Limits: Sendable {
    /// Of one body.
    var maximumBytes: Int
    /// From its head to its end.
    var maximumTime: Nanoseconds

    var timeout: TimeAmount { .nanoseconds(Int64(clamping: maximumTime)) }

    /// What a body is refused with that takes longer.
    var late: HTTPFailure {
      HTTPFailure(.requestTimeout, "the body took longer than \(maximumTime / 1_000_000_000) s")
    }
  }

  /// - Parameter refused: told of every failure that the body is refused with.
  /// - Throws: 413 if the body is announced as too large, 503 if there is no room for it.
  init(
    announced: Int?, limits: Limits, budget: BodyBudget,
    refused: @escaping @Sendable (HTTPFailure) -> Void = { _ in }
  ) throws(HTTPFailure) {
    self.limits = limits
    self.announced = announced
    self.refused = refused
    share = BodyBudget.Share(of: budget)
    try reserve(announced ?? 0)
  }

  /// - Throws: 413 as soon as the body is known to be too large, 503 when there is no room for it.
  mutating func append(_ part: ByteBuffer) throws(HTTPFailure) {
    try reserve(max(0, bytes.readableBytes + part.readableBytes - share.bytes))
    if bytes.readableBytes == 0, part.readableBytes >= announced ?? .max {
      bytes = part  // All of it, not copied.
      return
    }
    var part = part
    if bytes.readableBytes == 0 { bytes.reserveCapacity(announced ?? 0) }
    bytes.writeBuffer(&part)
  }

  /// All is here.
  ///
  /// - Throws: 400 if it is less than was announced.
  func finish() throws(HTTPFailure) -> ByteBuffer {
    if let announced, bytes.readableBytes < announced {
      throw refused(
        with: HTTPFailure(
          .badRequest, "the body breaks off after \(bytes.readableBytes) of \(announced) bytes"))
    }
    return bytes
  }

  /// The same failure, which has been told.
  func refused(with failure: HTTPFailure) -> HTTPFailure {
    refused(failure)
    return failure
  }

  private func reserve(_ count: Int) throws(HTTPFailure) {
    guard count >= 0, count <= limits.maximumBytes - share.bytes else {
      throw refused(
        with: HTTPFailure(
          .contentTooLarge, "the body is too large: the limit is \(limits.maximumBytes) bytes"))
    }
    guard share.grow(by: count) else {
      throw refused(
        with: HTTPFailure(
          .serviceUnavailable, "too many large requests at once; try again", retryAfterSeconds: 1))
    }
  }
}

/// How many bytes all requests' bodies may have in memory.
final class BodyBudget: Sendable {
  private let maximum: Int
  private let total = Mutex<Int>(0)

  init(maximum: Int) { self.maximum = maximum }

  /// Bytes counted at the moment.
  var bytesInFlight: Int { total.withLock { $0 } }

  /// What one body has of it; given back with the last reference.
  final class Share: Sendable {
    private let budget: BodyBudget
    private let count = Mutex<Int>(0)

    init(of budget: BodyBudget) { self.budget = budget }

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
      let fits = budget.total.withLock { total in
        guard total + more <= budget.maximum else { return false }
        total += more
        return true
      }
      if fits { count.withLock { $0 += more } }
      return fits
    }
  }
}
