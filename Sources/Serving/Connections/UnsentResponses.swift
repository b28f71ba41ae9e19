import Basics
import NIOCore

/// The responses of one connection that are being written or not sent yet: their memory, and their client's
/// progress.
///
/// Used by the event loop's thread alone.
final class UnsentResponses {
  struct Limits: Sendable {
    /// Maximum bytes of one response, and of all responses of one connection.
    var maximumBytes = 128 << 20
    /// The time for which a client may read nothing of its responses.
    var patience = TimeAmount.seconds(60)
  }

  let limits: Limits
  /// The time for which a client may read nothing. Shorter after a client has closed its side, since it can't
  /// make room any more.
  var patience: TimeAmount
  private let all: ByteBudget
  private let here: ByteBudget
  private let background: BackgroundWork
  /// The time at which bytes were sent last.
  var lastProgress = NIODeadline.now()

  /// - Parameter all: the budget of all connections' responses.
  init(_ limits: Limits, of all: ByteBudget, background: BackgroundWork) {
    self.limits = limits
    patience = limits.patience
    self.all = all
    self.background = background
    here = ByteBudget(maximum: limits.maximumBytes)
  }

  /// The bytes of one response, until the last reference goes.
  struct Share: Sendable {
    fileprivate let all, here: ByteBudget.Share

    /// Returns the bytes that the response doesn't need after all.
    fileprivate func keep(_ bytes: Int) {
      let less = max(0, all.bytes - bytes)
      all.shrink(by: less)
      here.shrink(by: less)
    }
  }

  /// Writes a response, at once if it is small, in the background if it is large.
  ///
  /// - Parameter completion: called once, on the event loop's thread.
  /// - Returns: what is still to be done, which is skipped if it is cancelled before it begins; `nil` if nothing is.
  @discardableResult func write<Written>(
    _ answer: UnwrittenResponse<Written>, on loop: any EventLoop,
    completion: @escaping (Result<(Written, Share), any Error>) -> Void
  ) -> (any Cancellable)? {
    do {
      let share = try reserve(answer.maximumBytes, advice: answer.advice)
      guard answer.maximumBytes > BackgroundWork.threshold else {
        completion(.success((try answer.write(), share)))
        return nil
      }
      let completion = NIOLoopBound(completion, eventLoop: loop)
      let postponed = Postponed()
      background.run(isSlow: answer.isSlow) {
        let result = Result { () throws -> (Written, Share) in
          guard !postponed.isCancelled else { throw CancellationError() }
          let written = try answer.write()
          share.keep(answer.size(written))
          return (written, share)
        }
        loop.execute { completion.value(result) }
      }
      return postponed
    } catch {
      completion(.failure(error))
      return nil
    }
  }

  /// Reserves room for a response.
  ///
  /// - Parameter advice: how the client gets a smaller one.
  /// - Throws: `.unprocessable` if it is too large, `.unavailable` if there is no room.
  func reserve(_ count: Int, advice: String = ResponseAdvice.rows) throws(RequestFailure) -> Share {
    try Self.check(count, atMost: limits.maximumBytes, advice: advice)
    let share = Share(all: ByteBudget.Share(of: all), here: ByteBudget.Share(of: here))
    guard MemoryHeadroom.shared.allows(count), share.here.grow(by: count), share.all.grow(by: count) else {
      throw RequestFailure(
        .unavailable, "too many responses wait to be written or read; read yours, and try again",
        retryAfter: 1)
    }
    return share
  }

  /// - Throws: `.unprocessable` for a response that is too large.
  static func check(_ count: Int, atMost limit: Int, advice: String) throws(RequestFailure) {
    guard count > limit else { return }
    throw RequestFailure(
      .unprocessable,
      "the response may have \(count.counted("byte")), and the limit is \(limit) (serve --max-answer-bytes); \(advice)"
    )
  }
}
