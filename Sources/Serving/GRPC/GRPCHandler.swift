import Basics
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Reads one gRPC call from an HTTP/2 stream, and writes its responses: `GRPCCallState` on a channel.
///
/// As in `RequestHandler`, the event loop's thread handles everything but large messages and responses. Used
/// by that thread alone.
final class GRPCHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let service: @Sendable (HTTPRequest) throws -> InferenceService.Method
  private let authorise: @Sendable (HTTPRequest) throws -> Void
  /// Limits of one message.
  private let limits: RequestBody.Limits
  private let background: BackgroundWork
  private let answers: UnsentResponses
  private let writer: ResponseWriter
  private let log: ServerLog
  private let time: any TimeSource
  private var state: GRPCCallState
  private var call: HTTPRequest?
  /// Whether the response's head is written.
  private var hasHead = false
  /// Runs while a message arrives.
  private var timer: Scheduled<Void>?

  /// Maximum bytes of a message that asks for no inference.
  private static let maximumQuestion = 64 << 10

  init(
    limits: RequestBody.Limits, budget: ByteBudget, background: BackgroundWork, answers: UnsentResponses,
    log: ServerLog = .none, time: any TimeSource = MonotonicTime(),
    authorise: @escaping @Sendable (HTTPRequest) throws -> Void = { _ in },
    service: @escaping @Sendable (HTTPRequest) throws -> InferenceService.Method
  ) {
    self.service = service
    self.authorise = authorise
    self.log = log
    self.time = time
    self.background = background
    self.answers = answers
    self.limits = limits
    writer = ResponseWriter(answers)
    state = GRPCCallState(limit: limits.maximumBytes, budget: budget)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    writer.progressed = { [self] in proceed(context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !state.isOver else { return }
    do {
      switch unwrapInboundIn(data) {
      case .head(let head):
        call = head
        try authorise(head)
        try state.begin(head, now: time.now, service)
      case .body(let part): try state.append(part)
      case .end: state.inputEnded()
      }
    } catch {
      return end(GRPCStatus(error), context)
    }
    proceed(context)
  }

  private func proceed(_ context: ChannelHandlerContext) {
    while let action = state.next(unsent: writer.unsent, now: time.now) {
      switch action {
      case .start(let message):
        stopTimer()
        state.began(message.number, start(message, context))
      case .end(let status): end(status, context)
      case .read: context.read()
      }
    }
  }

  func read(context: ChannelHandlerContext) {
    do throws(GRPCStatus) {
      if try !state.holdsRead(unsent: writer.unsent) { context.read() }
    } catch {
      end(error, context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if timer == nil, state.awaitsRest(unsent: writer.unsent) {
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.timeout) { [self] in
        end(GRPCStatus(limits.late), context)
      }
    }
    context.fireChannelReadComplete()
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  private func start(_ message: GRPCCallState.Message, _ context: ChannelHandlerContext) -> any Cancellable {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let reply: InferenceService.Reply = { [loop = context.eventLoop, number = message.number] make in
      loop.execute {
        let (handler, context) = bound.value
        handler.answer(number, make, context)
      }
    }
    let (bytes, timeout) = (message.bytes, message.timeout)
    do {
      switch state.method?.body {
      case .now(let answer):
        guard bytes.readableBytes <= Self.maximumQuestion else {
          throw GRPCStatus(
            .resourceExhausted, "a message of this call may have \(Self.maximumQuestion) bytes")
        }
        let message = try answer(bytes)
        reply { UnwrittenResponse(message) }
      case .later(let use) where bytes.readableBytes > BackgroundWork.threshold:
        return background.begin {
          try use(bytes, timeout, reply)
        } failed: { error in
          reply { throw error }
        }
      case .later(let use): return try use(bytes, timeout, reply)
      case nil: break
      }
    } catch {
      reply { throw error }
    }
    return Uncancellable()
  }

  private func answer(
    _ number: Int, _ make: InferenceService.MakeResponse, _ context: ChannelHandlerContext
  ) {
    guard state.answered(number) else { return }
    do {
      answers.write(try make(), on: context.eventLoop) { [self] in finish(number, $0, context) }
    } catch {
      finish(number, .failure(error), context)
    }
  }

  private func finish(
    _ number: Int, _ result: Result<(ByteBuffer, UnsentResponses.Share), any Error>,
    _ context: ChannelHandlerContext
  ) {
    guard state.finished(number) else { return }
    switch result {
    case .success((let message, let share)): write(message, share, context)
    case .failure(let error) where state.isStream:
      let status = GRPCStatus(error)
      tell(status)
      let message = InferenceService.streamError(status.message)
      answers.write(UnwrittenResponse(message), on: context.eventLoop) { [self] result in
        switch result {
        case .success((let message, let share)): write(message, share, context)
        case .failure(let error): end(GRPCStatus(error), context)
        }
      }
    case .failure(let error): return end(GRPCStatus(error), context)
    }
    proceed(context)
  }

  private func write(_ message: ByteBuffer, _ share: UnsentResponses.Share, _ context: ChannelHandlerContext)
  {
    writeHead(context)
    var head = context.channel.allocator.buffer(capacity: GRPCMessageReader.headBytes)
    head.writeInteger(UInt8(0))
    head.writeInteger(UInt32(message.readableBytes))
    if message.readableBytes <= BackgroundWork.threshold {
      head.writeImmutableBuffer(message)
      writer.write(head, of: share, context)
    } else {
      writer.write(head, of: share, context)
      writer.write(message, of: share, context)
    }
    context.flush()
  }

  private func writeHead(_ context: ChannelHandlerContext) {
    guard !hasHead else { return }
    hasHead = true
    var head = HTTPResponse(status: .ok)
    head.headerFields[.contentType] = "application/grpc"
    head.headerFields[.grpcAcceptEncoding] = "identity"
    context.write(wrapOutboundOut(.head(head)), promise: nil)
  }

  private func end(_ status: GRPCStatus, _ context: ChannelHandlerContext) {
    guard !state.isOver else { return }
    let end = leave()
    tell(status)
    writeHead(context)
    context.writeAndFlush(wrapOutboundOut(.end(status.trailers)), promise: nil)
    if end.reads { context.read() }
    if end.closes { context.close(promise: nil) }
  }

  private func tell(_ status: GRPCStatus) {
    log.tell(RequestLine(call, status), at: status.code.logLevel)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent: state.stop()
    case ChannelEvent.inputClosed: state.inputCutOff()
    default: return context.fireUserInboundEventTriggered(event)
    }
    proceed(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    writer.stop()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    leave()
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    leave()
    writer.stop()
    writer.progressed = nil
  }

  @discardableResult private func leave() -> GRPCCallState.End {
    stopTimer()
    let end = state.leave()
    for work in end.work { work.cancel() }
    return end
  }
}
