import Basics
import NIOCore

/// The answers of one connection that are being written, or not sent yet: what they take in memory, and
/// whether their client takes them.
///
/// Used by the event loop's thread alone.
final class UnsentResponses {
  struct Limits: Sendable {
    /// Of one answer, and of all answers of one connection.
    var maximumBytes = 128 << 20
    /// How long a client may take nothing of what it has asked for.
    var patience = TimeAmount.seconds(60)
  }

  let limits: Limits
  /// How long a client may take nothing. Less than the limit of one that has closed its side: it can't make
  /// room any more.
  var patience: TimeAmount
  private let all: ByteBudget
  private let here: ByteBudget
  private let background: BackgroundWork
  /// When something was sent last.
  var lastProgress = NIODeadline.now()

  /// - Parameter all: what answers of all connections may have.
  init(_ limits: Limits, of all: ByteBudget, background: BackgroundWork) {
    self.limits = limits
    patience = limits.patience
    self.all = all
    self.background = background
    here = ByteBudget(maximum: limits.maximumBytes)
  }

  /// What one answer takes, until the last reference goes.
  struct Share: Sendable {
    fileprivate let all, here: ByteBudget.Share

    /// Gives back what the answer doesn't have after all.
    fileprivate func keep(_ bytes: Int) {
      let less = max(0, all.bytes - bytes)
      all.shrink(by: less)
      here.shrink(by: less)
    }
  }

  /// Writes an answer, here and now if it is small, in the background if it is large.
  ///
  /// - Parameter completion: called once, on the event loop's thread.
  func write<Written>(
    _ answer: UnwrittenResponse<Written>, on loop: any EventLoop,
    completion: @escaping (Result<(Written, Share), any Error>) -> Void
  ) {
    do {
      let share = try reserve(answer.maximumBytes)
      guard answer.maximumBytes > BackgroundWork.threshold else {
        return completion(.success((try answer.write(), share)))
      }
      let completion = NIOLoopBound(completion, eventLoop: loop)
      background.run {
        let result = Result { () throws -> (Written, Share) in
          let written = try answer.write()
          share.keep(answer.size(written))
          return (written, share)
        }
        loop.execute { completion.value(result) }
      }
    } catch {
      completion(.failure(error))
    }
  }

  /// Room for an answer.
  ///
  /// - Throws: `.unprocessable` where it is too large, `.unavailable` where there is no room.
  func reserve(_ count: Int) throws(RequestFailure) -> Share {
    guard count <= limits.maximumBytes else {
      throw RequestFailure(
        .unprocessable,
        "the answer may have \(count.counted("byte")), and the limit is \(limits.maximumBytes) (serve --max-answer-bytes); ask for fewer rows or outputs, or for binary data"
      )
    }
    let share = Share(all: ByteBudget.Share(of: all), here: ByteBudget.Share(of: here))
    guard MemoryHeadroom.shared.allows(count), share.here.grow(by: count), share.all.grow(by: count) else {
      throw RequestFailure(
        .unavailable, "too many answers wait to be read; read them and try again",
        retryAfter: 1)
    }
    return share
  }
}
