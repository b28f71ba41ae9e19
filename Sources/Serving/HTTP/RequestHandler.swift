import Basics
import Dataflow
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Planning
import Vision

/// Reads requests from a connection, one after the other, and writes their answers.
///
/// Everything happens on the event loop's thread, synchronously: between the socket and the executor there is no
/// task to be resumed and no thread to be woken. Used by the event loop's thread alone.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  private enum State {
    case idle
    /// The body is on its way.
    case reading(RequestBody, Route.Use)
    /// The request is complete, and its answer is being made.
    case working(any Cancellable)
    /// Answered before the request's end, which is passed over.
    case passingOver
    /// Nothing more is read.
    case closed
  }

  private let route: @Sendable (HTTPRequest) throws -> Route
  private let limits: RequestBody.Limits
  private let budget: ByteBudget
  private let background: BackgroundWork
  private let answers: UnsentAnswers
  private let writer: AnswerWriter
  private let log: ServerLog
  private var state = State.idle
  /// What is answered, or was last.
  private var request: HTTPRequest?
  /// Whether the client wants the head of the answer only.
  private var isHeadOnly = false
  /// Whether the connection ends with this answer.
  private var isLast = false
  /// Runs while a request is on its way.
  private var timer: Scheduled<Void>?

  /// - Parameters:
  ///   - budget: what all bodies may have.
  ///   - answers: of the connection.
  init(
    limits: RequestBody.Limits, budget: ByteBudget, background: BackgroundWork, answers: UnsentAnswers,
    log: ServerLog = .none, route: @escaping @Sendable (HTTPRequest) throws -> Route
  ) {
    self.route = route
    self.limits = limits
    self.budget = budget
    self.background = background
    self.answers = answers
    self.log = log
    writer = AnswerWriter(answers)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .closed = state { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let part): read(part, context)
    case .end: end(context)
    }
  }

  private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
    request = head
    isHeadOnly = head.method == .head
    let connection = head.headerFields[.connection]?.lowercased() ?? ""
    // Behind a wish for another protocol, which isn't granted, nothing is parsed any more.
    isLast = connection.contains("close") || connection.contains("upgrade") || head.method == .connect
    do {
      switch try route(head) {
      case .answer(let answer):
        state = .passingOver
        log.tell(RequestLine(request, answer), at: .debug)
        write(answer, context, share: try answers.reserve(answer.body.readableBytes))
      case .body(let refused, let use):
        let announced = head.headerFields[.contentLength].flatMap { Int($0) }
        let body = try RequestBody(announced: announced, limits: limits, budget: budget, refused: refused)
        state = .reading(body, use)
        // curl asks before every body of more than 1 MB, and waits a second for the answer.
        if head.headerFields[.expect]?.lowercased() == "100-continue" {
          context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
      }
    } catch {
      refuse(error, context)
    }
  }

  private func read(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
    switch state {
    case .reading(var body, let use):
      state = .idle  // Or the body had two owners, and would be copied to grow.
      do {
        try body.append(part)
        state = .reading(body, use)
      } catch {
        refuse(error, context)
      }
    case .passingOver, .idle, .working, .closed: break
    }
  }

  /// Most bodies are complete when their first bytes have been read.
  func channelReadComplete(context: ChannelHandlerContext) {
    switch state {
    case .reading, .passingOver: startTimer(context)
    case .idle, .working, .closed: break
    }
    context.fireChannelReadComplete()
  }

  private func startTimer(_ context: ChannelHandlerContext) {
    guard timer == nil else { return }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: limits.timeout) {
      let (handler, context) = bound.value
      handler.timeIsOver(context)
    }
  }

  private func timeIsOver(_ context: ChannelHandlerContext) {
    if case .reading(let body, _) = state {
      isLast = true
      refuse(body.refused(with: limits.late), context)
    }
    close(context)
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  private func end(_ context: ChannelHandlerContext) {
    stopTimer()
    switch state {
    case .reading(let body, let use): start(use, on: body, context)
    case .passingOver:
      state = .idle
      if isLast { close(context) }
    case .idle, .working, .closed: break
    }
  }

  /// Answers before the request has ended.
  private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
    state = .passingOver
    fail(error, context)
  }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    let failure = HTTPFailure(error)
    log.tell(RequestLine(request, failure), at: failure.status.logLevel)
    write(failure.answer, context)
  }

  private func start(_ use: @escaping Route.Use, on body: RequestBody, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let share = body.share
    let reply: Route.Reply = { [loop = context.eventLoop] makeAnswer in
      loop.execute {
        let (handler, context) = bound.value
        handler.answer(makeAnswer, context)
        withExtendedLifetime(share) {}  // The bytes count until here.
      }
    }
    do {
      let bytes = try body.finish()
      guard bytes.readableBytes > BackgroundWork.threshold, !bytes.isImage else {
        state = .working(try use(bytes, reply))
        return
      }
      state = .working(
        background.begin {
          try use(bytes, reply)
        } failed: { error in
          reply { throw error }
        })
    } catch {
      // Not at once: the next request, which may be here already, would come before this call is over.
      state = .working(Unstoppable())
      reply { throw error }
    }
  }

  private func answer(_ makeAnswer: Route.MakeAnswer, _ context: ChannelHandlerContext) {
    guard case .working = state else { return }  // The client has gone.
    do {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      answers.write(try makeAnswer(), on: context.eventLoop) { result in
        let (handler, context) = bound.value
        handler.finish(result, context)
      }
    } catch {
      finish(.failure(error), context)
    }
  }

  private func finish(
    _ result: Result<(HTTPAnswer, UnsentAnswers.Share), any Error>, _ context: ChannelHandlerContext
  ) {
    guard case .working = state else { return }
    // A pipelined request comes as soon as this one's answer is written.
    let isLast = isLast
    state = isLast ? .closed : .idle
    switch result {
    case .success((let answer, let share)):
      log.tell(RequestLine(request, answer), at: .debug)
      write(answer, context, share: share)
    case .failure(let error): fail(error, context)
    }
    if isLast { close(context) }
  }

  /// - Parameter share: what the answer takes; small ones, which no client's numbers have made, have none.
  private func write(
    _ answer: HTTPAnswer, _ context: ChannelHandlerContext, share: UnsentAnswers.Share? = nil
  ) {
    var head = answer.head(date: HTTPDate())
    if isLast { head.headerFields[.connection] = "close" }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHeadOnly {
      if let share {
        writer.write(answer.body, of: share, context)
      } else {
        context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
      }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func close(_ context: ChannelHandlerContext) {
    stopTimer()
    state = .closed
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else {
      return context.fireUserInboundEventTriggered(event)
    }
    // The client sends nothing more, but may still read.
    isLast = true
    if case .working = state { return }
    close(context)
  }

  /// What isn't HTTP is answered too, and the connection is closed behind the answer.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is HTTP1TypeConversionError || error is MalformedRequest {
      switch state {
      case .idle, .reading:
        if case .idle = state { request = nil }
        (isHeadOnly, isLast) = (false, true)
        fail(error, context)
      case .working, .passingOver, .closed: break
      }
    }
    abandon()
    close(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  /// Not every handler tells the next one that the connection has ended.
  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  private func leave() {
    stopTimer()
    writer.stop()
    abandon()
    state = .closed
  }

  private func abandon() {
    if case .working(let work) = state { work.cancel() }
  }
}

extension ByteBuffer {
  /// Whether it begins as an image does, of which nothing but the head is read before its turn comes.
  fileprivate var isImage: Bool { withUnsafeReadableBytes { ImageFormat(startingWith: $0) != nil } }
}
