import Dataflow
import NIOCore
import NIOHTTP1

/// One keep-alive connection: sends a request, waits for its answer, tells the driver.
///
/// Used by the event loop's thread alone.
final class LoadConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  struct Request {
    /// When it should have been sent.
    let since: Nanoseconds
    /// When it was.
    let sent: Nanoseconds
  }

  let id: Int
  /// That which is on its way.
  private(set) var request: Request?
  private let driver: LoadDriver
  private var context: ChannelHandlerContext?
  private var answer = LoadTally.Outcome.failed(.malformed)
  private var isLast = false
  private var failure = LoadTally.Failure.connection

  init(_ id: Int, driver: LoadDriver) {
    self.id = id
    self.driver = driver
  }

  func send(_ head: HTTPRequestHead, _ body: ByteBuffer, _ request: Request) {
    guard let context else { return }
    self.request = request
    // Head and body go into one system call; the body is all requests' and is not copied.
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func close() { context?.close(promise: nil) }

  /// The answer to the request took too long.
  func giveUp() {
    failure = .timeout
    close()
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    driver.canSend(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let code = Int(head.status.code)
      answer = 200..<300 ~= code ? .ok(timing: head.headers.first(name: "server-timing")) : .status(code)
      isLast = !head.isKeepAlive
    case .body: break
    case .end:
      guard let request else { return }
      self.request = nil
      driver.finished(request, answer)
      if isLast { close() } else { driver.canSend(self) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is NIOHTTPDecoderError { failure = .malformed }
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    if let request {
      self.request = nil
      driver.finished(request, .failed(failure))
    }
    driver.lost(self, wasExpected: isLast)
  }
}
