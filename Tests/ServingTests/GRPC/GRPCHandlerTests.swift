import Basics
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Planning
import Testing

@testable import Dataflow
@testable import Serving

@Suite struct GRPCHandlerTests {
  private let channel = EmbeddedChannel()
  private let item = Item(id: 1, arrival: 0, tokens: 1, outputs: 1)
  private let replies = Replies()
  private let budget = ByteBudget(maximum: 1000)

  private final class Replies: Sendable {
    let all = Locked<[InferenceService.Reply]>([])

    var count: Int { all.withLock { $0.count } }
  }

  init() throws {
    let (item, replies, budget) = (item, replies, budget)
    let limits = RequestBody.Limits(maximumBytes: 100, maximumTime: 60_000_000_000)
    let handler = GRPCHandler(limits: limits, budget: budget, background: .testing, answers: .testing) {
      head in
      switch head.path {
      case "/echo": InferenceService.Method(body: .now { Array($0.readableBytesView) })
      case "/later", "/stream":
        InferenceService.Method(
          body: .later { message, _, reply in
            if message.readableBytes == 50 { throw GRPCStatus(.notFound, "no") }
            replies.all.withLock { $0.append(reply) }
            return item
          }, isStream: head.path == "/stream")
      default: throw GRPCStatus(.unimplemented, "there is no call \(head.path ?? "")")
      }
    }
    try channel.pipeline.syncOperations.addHandler(handler)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func reply(_ number: Int, _ make: @escaping @Sendable () throws -> [UInt8]) {
    let reply = replies.all.withLock { $0[number] }
    reply { UnwrittenResponse(try make()) }
  }

  private func send(_ path: String, _ fields: HTTPFields = [:], _ bytes: [UInt8]..., ends: Bool = true) throws
  {
    try channel.writeInbound(
      HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: nil, authority: nil, path: path, headerFields: fields)))
    for part in bytes { try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(bytes: part))) }
    if ends { try channel.writeInbound(HTTPRequestPart.end(nil)) }
  }

  /// The messages, and the status with which the call ended.
  private func answer() throws -> (bodies: [[UInt8]], status: String?, message: String?) {
    channel.embeddedEventLoop.run()
    var (bodies, status, message): ([[UInt8]], String?, String?) = ([], nil, nil)
    while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
      switch part {
      case .head(let head): #expect(head.status == .ok)
      case .body(let body): bodies.append(Array(body.readableBytesView))
      case .end(let trailers):
        status = trailers?[.grpcStatus]
        message = trailers?[.grpcMessage]
      }
    }
    return (bodies, status, message)
  }

  @Test func answersAtOnceAndLater() throws {
    try send("/echo", [:], [0, 0, 0], [0, 2, 7], [8])
    let echo = try answer()
    #expect(echo.bodies == [[0, 0, 0, 0, 2, 7, 8]] && echo.status == "0")
  }

  @Test func answersLater() throws {
    try send("/later", [:], [0, 0, 0, 0, 0])
    #expect(try answer().status == nil)
    reply(0) { [5] }
    let later = try answer()
    #expect(later.bodies == [[0, 0, 0, 0, 1, 5]] && later.status == "0")
  }

  @Test func aStreamAnswersEach() throws {
    try send("/stream", [:], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], ends: false)
    reply(1) { [1] }
    reply(0) { throw GRPCStatus(.invalidArgument, "no") }
    #expect(try answer().bodies.map(\.count) == [6, 9])
    try channel.writeInbound(HTTPRequestPart.end(nil))
    #expect(try answer().status == "0")
  }

  /// More messages than are worked on at once, and nothing after them: all are answered before the call ends.
  @Test func aStreamThatIsAheadOfItsAnswers() throws {
    let count = 150
    try send("/stream", [:], Array(repeating: 0, count: 5 * count))
    for number in 0..<count {
      #expect(try answer().status == nil)
      reply(number) { [1] }
    }
    #expect(try answer().status == "0")
    #expect(replies.count == count && budget.bytesInFlight == 0)
  }

  /// What is refused is given back: a stream may go on for ever.
  @Test func refusedMessagesTakeNoRoom() throws {
    try send("/stream", ends: false)
    for _ in 0..<50 {
      try channel.writeInbound(
        HTTPRequestPart.body(ByteBuffer(bytes: [0, 0, 0, 0, 50] + Array(repeating: 7, count: 50))))
      channel.embeddedEventLoop.run()
    }
    #expect(try answer().bodies.count == 50 && budget.bytesInFlight == 0)
  }

  @Test func aMessageThatStopsHalfway() throws {
    try send("/stream", [:], [0, 0, 0, 0, 9, 1], ends: false)
    channel.embeddedEventLoop.advanceTime(by: .seconds(59))
    #expect(try answer().status == nil)
    channel.embeddedEventLoop.advanceTime(by: .seconds(2))
    #expect(try answer().status == "4" && !channel.isActive)
  }

  @Test(
    arguments: [
      ([1, 0, 0, 0, 0], "12"),  // Compressed.
      ([0, 255, 255, 255, 255], "8"),  // Too large.
      ([0, 0, 0, 0, 9, 1], "3"),  // Breaks off.
      ([], "3"),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "3"),  // Two.
    ] as [([UInt8], String)]) func wrongMessages(bytes: [UInt8], status: String) throws
  {
    try send("/later", [:], bytes)
    #expect(try answer().status == status)
  }

  @Test func wrongHeads() throws {
    try send("/nothing", [:], [0, 0, 0, 0, 0])
    let unknown = try answer()
    #expect(unknown.status == "12" && unknown.message == "there is no call /nothing")
  }

  @Test func whoGoesAwayCancels() throws {
    try send("/later", [:], [0, 0, 0, 0, 0])
    channel.pipeline.fireChannelInactive()
    #expect(item.isStopped)
  }

  @Test func messagesOfStatusesAreEncoded() {
    let long = GRPCStatus(.internal, String(repeating: "ü", count: 100_000)).trailers[.grpcMessage]
    #expect(long == String(repeating: "%C3%BC", count: 1000))
    #expect(GRPCStatus(.internal, "5 % „ü“\n").trailers[.grpcMessage] == "5 %25 %E2%80%9E%C3%BC%E2%80%9C%0A")
  }
}
