import Dataflow
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Reads request bodies within three limits: the bytes of one body, the bytes of all bodies in memory, and the
/// time that one may take.
///
/// A body that announces its length is counted in full from the start, so that a request is refused before it is
/// sent and not halfway. Others are counted as they grow; with the memory they outgrow, they may take twice their
/// bytes.
final class BodyReader: Sendable {
  private let maximumBytes: Int
  private let maximumTotal: Int
  private let maximumTime: Nanoseconds
  private let time: any TimeSource
  private let total = Mutex<Int>(0)

  init(maximumBytes: Int, maximumTotal: Int, maximumSeconds: Int, time: any TimeSource = MonotonicTime()) {
    self.maximumBytes = maximumBytes
    self.maximumTotal = max(maximumTotal, maximumBytes)
    self.maximumTime = Nanoseconds(clamping: maximumSeconds) &* 1_000_000_000
    self.time = time
  }

  /// Bytes counted at the moment.
  var bytesInFlight: Int { total.withLock { $0 } }

  /// Reads the body and hands it on; the memory counts until `use` returns.
  ///
  /// - Throws: `HTTPFailure` 413 as soon as the body is known to be too large, 503 when there is no room for it,
  ///   400 if it breaks off, 408 if its next part comes after its time. (A connection on which nothing comes is closed
  ///   by the idle timeout.)
  func withBody<Result: Sendable>(
    of request: Request, _ use: (ByteBuffer) async throws -> Result
  ) async throws -> Result {
    let announced = request.headers[.contentLength].flatMap { Int($0) }
    let start = time.now
    var reserved = 0
    defer { total.withLock { $0 -= reserved } }
    try reserve(announced ?? 0, of: &reserved)
    var body = ByteBuffer()
    for try await var part in request.body {
      guard time.now - start <= maximumTime else {
        throw HTTPFailure(.requestTimeout, "the body took longer than \(maximumTime / 1_000_000_000) s")
      }
      try reserve(max(0, body.readableBytes + part.readableBytes - reserved), of: &reserved)
      if body.readableBytes == 0 {
        body = part  // Often all of it.
        body.reserveCapacity(announced ?? 0)
      } else {
        body.writeBuffer(&part)
      }
    }
    if let announced, body.readableBytes < announced {
      throw HTTPFailure(.badRequest, "the body breaks off after \(body.readableBytes) of \(announced) bytes")
    }
    return try await use(body)
  }

  private func reserve(_ bytes: Int, of reserved: inout Int) throws {
    guard bytes >= 0, bytes <= maximumBytes - reserved else {
      throw HTTPFailure(.contentTooLarge, "the body is too large: the limit is \(maximumBytes) bytes")
    }
    let fits = total.withLock { total in
      guard total + bytes <= maximumTotal else { return false }
      total += bytes
      return true
    }
    guard fits else {
      throw HTTPFailure(
        .serviceUnavailable, "too many large requests at once; try again", retryAfterSeconds: 1)
    }
    reserved += bytes
  }
}
