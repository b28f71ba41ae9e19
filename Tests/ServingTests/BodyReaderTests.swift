import Dataflow
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Synchronization
import Testing

@testable import Serving

@Suite struct BodyReaderTests {
  private static func request(
    _ parts: [Int], announced: Int? = nil, after: @escaping @Sendable () -> Void = {}
  )
    -> Request
  {
    var head = HTTPRequest(method: .post, scheme: "http", authority: "test", path: "/")
    if let announced { head.headerFields[.contentLength] = "\(announced)" }
    let stream = AsyncStream<ByteBuffer> { continuation in
      for count in parts { continuation.yield(ByteBuffer(repeating: 7, count: count)) }
      continuation.finish()
    }
    return Request(
      head: head,
      body: RequestBody(
        asyncSequence: stream.map { part in
          after()
          return part
        }))
  }

  private static func status(_ reader: BodyReader, _ request: Request) async -> HTTPResponse.Status? {
    do {
      return try await reader.withBody(of: request) { _ in nil }
    } catch {
      return HTTPFailure(error).status
    }
  }

  private static func reader(_ time: any TimeSource = MonotonicTime()) -> BodyReader {
    BodyReader(maximumBytes: 100, maximumTotal: 250, maximumSeconds: 60, time: time)
  }

  @Test(arguments: [[], [1], [60, 40], [33, 33, 33, 1]]) func readsAll(parts: [Int]) async throws {
    let reader = Self.reader()
    for announced in [nil, parts.reduce(0, +)] {
      let count = try await reader.withBody(of: Self.request(parts, announced: announced)) {
        $0.readableBytes
      }
      #expect(count == parts.reduce(0, +))
      #expect(reader.bytesInFlight == 0)
    }
  }

  @Test func tooLarge() async {
    let reader = Self.reader()
    #expect(await Self.status(reader, Self.request([60, 41])) == .contentTooLarge)
    #expect(await Self.status(reader, Self.request([], announced: 101)) == .contentTooLarge)
    #expect(await Self.status(reader, Self.request([], announced: .max)) == .contentTooLarge)
    #expect(await Self.status(reader, Self.request([101], announced: 10)) == .contentTooLarge)
    #expect(reader.bytesInFlight == 0)
  }

  @Test func breaksOff() async {
    #expect(await Self.status(Self.reader(), Self.request([60], announced: 61)) == .badRequest)
  }

  @Test func noRoom() async throws {
    let reader = Self.reader()
    try await reader.withBody(of: Self.request([100])) { _ in
      try await reader.withBody(of: Self.request([90], announced: 90)) { _ in
        #expect(reader.bytesInFlight == 190)
        #expect(await Self.status(reader, Self.request([60])) == nil)
        for request in [Self.request([61]), Self.request([61], announced: 61), Self.request([60, 1])] {
          await #expect(throws: HTTPFailure.self) {
            do {
              try await reader.withBody(of: request) { _ in }
            } catch {
              let failure = HTTPFailure(error)
              #expect(failure.status == .serviceUnavailable && failure.headers[.retryAfter] == "1")
              throw failure
            }
          }
        }
      }
    }
    #expect(reader.bytesInFlight == 0)
  }

  @Test func takesTooLong() async {
    let time = SteppedTime()
    let slow = Self.request(Array(repeating: 1, count: 10)) { time.step(seconds: 7) }
    #expect(await Self.status(Self.reader(time), slow) == .requestTimeout)
    let inTime = Self.request(Array(repeating: 1, count: 8)) { time.step(seconds: 7) }
    #expect(await Self.status(Self.reader(time), inTime) == nil)
  }

  @Test func failuresOfUseGiveTheRoomBack() async {
    let reader = Self.reader()
    await #expect(throws: CancellationError.self) {
      try await reader.withBody(of: Self.request([50])) { _ in throw CancellationError() }
    }
    #expect(reader.bytesInFlight == 0)
  }
}

private final class SteppedTime: TimeSource {
  private let nanoseconds = Atomic<UInt64>(0)
  var now: Nanoseconds { nanoseconds.load(ordering: .relaxed) }
  func step(seconds: UInt64) { nanoseconds.add(seconds * 1_000_000_000, ordering: .relaxed) }
}
