import Basics
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import Dataflow
@testable import Serving

/// A connection without a socket, on whose bodies a test works by hand.
@Suite struct RequestHandlerTests {
  private let channel: EmbeddedChannel
  private let budget = ByteBudget(maximum: 100)
  private let work = Work()

  private final class Work: Sendable {
    let bodies = Locked<[String]>([])
    let replies = Locked<[Route.Reply]>([])
    /// Statuses of what was refused before its body was here.
    let refusals = Locked<[Int]>([])
    let item = Item(id: 1, arrival: 0, tokens: 1, outputs: 1)

    func take(
      _ body: ByteBuffer, _ reply: @escaping Route.Reply
    ) throws -> Item {
      if String(buffer: body) == "bad" { throw RequestFailure(.unsupportedType, "bad") }
      bodies.withLock { $0.append(String(buffer: body)) }
      replies.withLock { $0.append(reply) }
      return item
    }
  }

  init() throws {
    let limits = RequestBody.Limits(maximumBytes: 50, maximumTime: 1_000_000_000)
    let handler = RequestHandler(
      limits: limits, budget: budget, background: .testing, answers: .testing
    ) { [work] head in
      head.method == .post
        ? .body(
          refused: { failure in work.refusals.withLock { $0.append(HTTPFailure(failure).status.code) } },
          work.take)
        : .answer(ServerResponse(json: "\(head.path ?? "")"))
    }
    channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(handler)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func send(_ parts: HTTPRequestPart...) throws {
    for part in parts { try channel.writeInbound(part) }
  }

  private func post(_ bytes: Int? = nil, _ fields: HTTPFields = [:]) -> HTTPRequestPart {
    var fields = fields
    if let bytes { fields[.contentLength] = "\(bytes)" }
    return .head(HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/", headerFields: fields))
  }

  private func body(_ text: String) -> HTTPRequestPart { .body(ByteBuffer(string: text)) }

  /// The status of the next complete answer, and its body.
  private func answer() throws -> (status: Int, body: String)? {
    channel.embeddedEventLoop.run()
    guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self) else { return nil }
    guard head.status.kind != .informational else { return (head.status.code, "") }
    var text = ""
    while case .body(let bytes) = try channel.readOutbound(as: HTTPResponsePart.self) {
      text += String(buffer: bytes)
    }
    return (head.status.code, text)
  }

  private func reply(_ text: String) {
    let reply = work.replies.withLock { $0.removeFirst() }
    reply { UnwrittenResponse(ServerResponse(json: text)) }
  }

  @Test func answersFromTheBody() throws {
    for round in 1...2 {
      try send(post(5), body("he"), body("llo"), .end(nil))
      #expect(work.bodies.withLock { $0 } == Array(repeating: "hello", count: round))
      #expect(try answer() == nil && budget.bytesInFlight == 5)
      reply("\(round)")
      #expect(try answer()?.body == "\(round)")
      #expect(budget.bytesInFlight == 0 && channel.isActive)
    }
  }

  @Test func answersAtOnceAndPassesOverTheBody() throws {
    let get = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/x")
    try send(.head(get), body("ignored"))
    #expect(try answer()?.body == "/x")
    try send(.end(nil), .head(HTTPRequest(method: .head, scheme: nil, authority: nil, path: "/y")), .end(nil))
    #expect(try answer()?.body == "")
    #expect(channel.isActive)
  }

  /// What is refused is refused once, and the connection lives.
  @Test(arguments: [(51, 413), (4, 400), (3, 415)] as [(Int, Int)])
  func refuses(announced: Int, status: Int) throws {
    try send(post(announced), body("bad"), .end(nil))
    #expect(try answer()?.status == status)
    #expect(try answer() == nil && budget.bytesInFlight == 0)
    #expect(work.refusals.withLock { $0 } == (status == 415 ? [] : [status]))
    try send(post(), body("good"), .end(nil))
    reply("fine")
    #expect(try answer()?.body == "fine")
  }

  @Test func refusesWhatGrowsTooLarge() throws {
    try send(post(), body(String(repeating: "x", count: 51)), body("more"), .end(nil))
    #expect(try answer()?.status == 413)
    #expect(try answer() == nil && work.bodies.withLock { $0 }.isEmpty)
    #expect(work.refusals.withLock { $0 } == [413])
  }

  @Test func asksForTheBody() throws {
    try send(post(5, [.expect: "100-Continue"]))
    #expect(try answer()?.status == 100)
    try send(body("hello"), .end(nil))
    reply("fine")
    #expect(try answer()?.status == 200)
    try send(post(99, [.expect: "100-continue"]))
    #expect(try answer()?.status == 413)
  }

  @Test func closesWhenAsked() throws {
    try send(post(1, [.connection: "Close"]), body("x"), .end(nil))
    reply("last")
    #expect(try answer()?.body == "last")
    #expect(!channel.isActive)
  }

  /// Behind these the parser reads nothing.
  @Test(arguments: ["Upgrade, HTTP2-Settings", "upgrade"]) func otherProtocolsAreTheLast(connection: String)
    throws
  {
    try send(post(1, [.connection: connection, .upgrade: "h2c"]), body("x"), .end(nil))
    reply("last")
    #expect(try answer()?.body == "last" && !channel.isActive)
  }

  /// One that says nothing more is told, and let go.
  @Test func aBodyThatStopsHalfway() throws {
    try send(post(5), body("he"))
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
    #expect(try answer() == nil && budget.bytesInFlight == 2)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
    #expect(try answer()?.status == 408 && !channel.isActive)
  }

  /// Nor does one that comes drop by drop keep its connection, whether it is read or passed over.
  @Test(arguments: [(40, 408), (5000, 413)]) func aBodyThatTrickles(announced: Int, status: Int) throws {
    try send(post(announced))
    for _ in 0..<5 where channel.isActive {
      try send(body("x"))
      channel.embeddedEventLoop.advanceTime(by: .milliseconds(300))
    }
    #expect(try answer()?.status == status && !channel.isActive)
    #expect(work.refusals.withLock { $0 } == [status])
  }

  @Test func timeCountsForEachRequest() throws {
    for _ in 0..<3 {
      try send(post(5), body("he"))
      channel.embeddedEventLoop.advanceTime(by: .milliseconds(900))
      try send(body("llo"), .end(nil))
      reply("fine")
      #expect(try answer()?.body == "fine")
    }
  }

  /// A client that sends nothing more still gets its answer; one that is gone gets no more work.
  @Test func clientsThatLeave() throws {
    try send(post(1), body("x"), .end(nil))
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(channel.isActive)
    reply("last")
    #expect(try answer()?.body == "last")
    #expect(!channel.isActive && !work.item.isStopped)
  }

  @Test func cancelsTheItemOfAClientThatIsGone() throws {
    try send(post(1), body("x"), .end(nil))
    try channel.close().wait()
    #expect(work.item.isStopped)
    reply("nobody reads this")
    #expect(try answer() == nil && budget.bytesInFlight == 0)
  }

  @Test func whatIsNotHTTP() throws {
    channel.pipeline.fireErrorCaught(HTTPParserError.invalidVersion)
    let answer = try answer()
    #expect(answer?.status == 400 && answer?.body == #"{"error":"the request is not valid HTTP"}"#)
    #expect(!channel.isActive)
  }
}
