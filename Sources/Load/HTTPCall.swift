import NIOCore
import NIOHTTP1
import NIOPosix

/// One request on a connection of its own.
struct HTTPCall: Sendable {
  struct Answer: Sendable {
    let status: Int
    let body: ByteBuffer
  }

  let head: HTTPRequestHead
  let body: ByteBuffer
  let target: LoadTarget
  /// Whether the beginning of a long response suffices.
  var wantsBeginning = false

  /// Sends the request and waits for the response.
  ///
  /// - Throws: `IOError`, `ChannelError`, `HTTPParserError`, `HTTPCallError`.
  func answer(from address: SocketAddress, on loop: any EventLoop, within limit: TimeAmount) async throws
    -> Answer
  {
    let promise = loop.makePromise(of: Answer.self)
    ClientBootstrap(group: loop).connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = HTTPCallHandler(self, promise: promise, within: limit)
          try channel.pipeline.syncOperations.addHandlers(target.makeSecurityHandlers())
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(to: address).whenFailure { promise.fail($0) }
    return try await promise.futureResult.get()
  }
}

enum HTTPCallError: Error, CustomStringConvertible {
  case noResponse, tooLong, timeout

  var description: String {
    switch self {
    case .noResponse: "it closes the connection without a response"
    case .tooLong: "its response is too long"
    case .timeout: "it doesn't respond in time"
    }
  }
}

private final class HTTPCallHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private static let maximumBytes = 1 << 20

  private let call: HTTPCall
  private let promise: EventLoopPromise<HTTPCall.Answer>
  private let limit: TimeAmount
  private var status = 0
  private var body = ByteBuffer()

  init(_ call: HTTPCall, promise: EventLoopPromise<HTTPCall.Answer>, within limit: TimeAmount) {
    self.call = call
    self.promise = promise
    self.limit = limit
  }

  func channelActive(context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(call.head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(call.body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    let timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [self] in
      end(.failure(HTTPCallError.timeout), context)
    }
    promise.futureResult.whenComplete { _ in timer.cancel() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): status = Int(head.status.code)
    case .body(var part):
      guard body.readableBytes + part.readableBytes <= Self.maximumBytes else {
        if call.wantsBeginning { return end(.success(HTTPCall.Answer(status: status, body: body)), context) }
        return end(.failure(HTTPCallError.tooLong), context)
      }
      body.writeBuffer(&part)
    case .end: end(.success(HTTPCall.Answer(status: status, body: body)), context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.failure(error), context) }

  func channelInactive(context: ChannelHandlerContext) { end(.failure(HTTPCallError.noResponse), context) }

  /// Only the first end counts.
  private func end(_ result: Result<HTTPCall.Answer, any Error>, _ context: ChannelHandlerContext) {
    promise.completeWith(result)
    context.close(promise: nil)
  }
}
