import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Reads request bodies within two limits: the bytes of one body, and the bytes of all bodies in memory.
final class BodyReader: Sendable {
  private let maximumBytes: Int
  private let maximumTotal: Int
  private let total = Mutex<Int>(0)

  init(maximumBytes: Int, maximumTotal: Int) {
    self.maximumBytes = maximumBytes
    self.maximumTotal = max(maximumTotal, maximumBytes)
  }

  /// Reads the body and hands it on; the memory counts until `use` returns.
  ///
  /// - Throws: `HTTPFailure` 413 as soon as the body is known to be too large, 503 when there is no room for it.
  func withBody<Result: Sendable>(
    of request: Request, _ use: (ByteBuffer) async throws -> Result
  ) async throws -> Result {
    let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    var reserved = 0
    defer { total.withLock { $0 -= reserved } }
    try reserve(announced, of: &reserved)
    var body = ByteBuffer()
    body.reserveCapacity(announced)
    for try await var part in request.body {
      try reserve(max(0, body.readableBytes + part.readableBytes - reserved), of: &reserved)
      body.writeBuffer(&part)
    }
    return try await use(body)
  }

  private func reserve(_ bytes: Int, of reserved: inout Int) throws {
    guard bytes >= 0, reserved + bytes <= maximumBytes else {
      throw HTTPFailure(.contentTooLarge, "the body is too large: the limit is \(maximumBytes) bytes")
    }
    let fits = total.withLock { total in
      guard total + bytes <= maximumTotal else { return false }
      total += bytes
      return true
    }
    guard fits else {
      throw HTTPFailure(.serviceUnavailable, "too many large requests at once; try again", retryAfterSeconds: 1)
    }
    reserved += bytes
  }
}
