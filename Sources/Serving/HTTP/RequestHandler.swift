import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Vision

/// Reads requests from a connection, one after the other, and writes their responses.
///
/// Everything runs synchronously on the event loop's thread: no task is resumed and no thread is woken
/// between the socket and the executor. Used by the event loop's thread alone.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  private let route: @Sendable (HTTPRequest) throws -> Route
  private let limits: RequestBody.Limits
  private let background: BackgroundWork
  private let answers: UnsentResponses
  private let writer: ResponseWriter
  private let log: ServerLog
  private var state: RequestState
  /// Runs while a request arrives.
  private var timer: Scheduled<Void>?

  /// - Parameters:
  ///   - budget: the budget of all bodies.
  ///   - answers: the responses of the connection.
  init(
    limits: RequestBody.Limits, budget: ByteBudget, background: BackgroundWork, answers: UnsentResponses,
    log: ServerLog = .none, route: @escaping @Sendable (HTTPRequest) throws -> Route
  ) {
    self.route = route
    self.limits = limits
    self.background = background
    self.answers = answers
    self.log = log
    writer = ResponseWriter(answers)
    state = RequestState(limits: limits, budget: budget)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !state.isClosed else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): perform(state.begin(head, route), context)
    case .body(let part): perform(state.read(part), context)
    case .end:
      stopTimer()
      perform(state.end(), context)
    }
  }

  private func perform(_ action: RequestState.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .nothing: break
    case .askForBody:
      context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    case .answer(let answer):
      log.tell(RequestLine(state.request, answer), at: .debug)
      do {
        write(answer, context, share: try answers.reserve(answer.body.readableBytes))
      } catch {
        fail(error, context)
      }
    case .fail(let error): fail(error, context)
    case .work(let body, let use): start(use, on: body, context)
    case .close: close(context)
    }
  }

  /// Most bodies are complete when their first bytes have been read.
  func channelReadComplete(context: ChannelHandlerContext) {
    if state.awaitsRest { startTimer(context) }
    context.fireChannelReadComplete()
  }

  private func startTimer(_ context: ChannelHandlerContext) {
    guard timer == nil else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.timeout) { [self] in
      perform(state.timeIsOver(), context)
      close(context)
    }
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    let failure = HTTPFailure(error)
    log.tell(RequestLine(state.request, failure), at: failure.status.logLevel)
    write(failure.answer, context)
  }

  private func start(_ use: @escaping Route.Use, on body: RequestBody, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let share = body.share
    let reply: Route.Reply = { [loop = context.eventLoop] makeResponse in
      loop.execute {
        let (handler, context) = bound.value
        handler.answer(makeResponse, context)
        withExtendedLifetime(share) {}  // The bytes count until here.
      }
    }
    do {
      let bytes = try body.finish()
      guard bytes.readableBytes > BackgroundWork.threshold, !bytes.isImage else {
        return state.began(try use(bytes, reply))
      }
      state.began(
        background.begin {
          try use(bytes, reply)
        } failed: { error in
          reply { throw error }
        })
    } catch {
      // Not at once: the next request may already be here, and would come before this call returns.
      reply { throw error }
    }
  }

  private func answer(_ makeResponse: Route.MakeResponse, _ context: ChannelHandlerContext) {
    guard state.isWorking else { return }  // The client has gone.
    do {
      let rest = answers.write(try makeResponse(), on: context.eventLoop) { [self] in finish($0, context) }
      if let rest { state.began(rest) }
    } catch {
      finish(.failure(error), context)
    }
  }

  private func finish(
    _ result: Result<(ServerResponse, UnsentResponses.Share), any Error>, _ context: ChannelHandlerContext
  ) {
    guard let isLast = state.finish() else { return }
    switch result {
    case .success((let answer, let share)):
      log.tell(RequestLine(state.request, answer), at: .debug)
      write(answer, context, share: share)
    case .failure(let error): fail(error, context)
    }
    if isLast { close(context) }
  }

  /// - Parameter share: the bytes of the response; small ones, whose size no client decides, have none.
  private func write(
    _ answer: ServerResponse, _ context: ChannelHandlerContext, share: UnsentResponses.Share? = nil
  ) {
    var head = answer.head(date: HTTPDate())
    if state.isLast { head.headerFields[.connection] = "close" }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !state.isHeadOnly {
      if let share {
        writer.write(answer.body, of: share, context)
      } else {
        context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
      }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func close(_ context: ChannelHandlerContext) {
    leave()
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else {
      return context.fireUserInboundEventTriggered(event)
    }
    perform(state.inputClosed(), context)
  }

  /// Responds to input that isn't HTTP too, and closes the connection behind the response.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is HTTP1TypeConversionError || error is MalformedRequest {
      perform(state.unreadable(error), context)
    }
    close(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    writer.stop()
    context.fireChannelInactive()
  }

  /// Not every handler reports the connection's end to the next one.
  func handlerRemoved(context: ChannelHandlerContext) {
    leave()
    writer.stop()
  }

  private func leave() {
    stopTimer()
    state.leave()?.cancel()
  }
}

extension ByteBuffer {
  /// Whether it begins like an image, of which only the header is read before its turn.
  fileprivate var isImage: Bool { withUnsafeReadableBytes { ImageFormat(startingWith: $0) != nil } }
}
