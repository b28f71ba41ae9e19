import Basics
import Dataflow
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Planning

/// Reads one call of gRPC from an HTTP/2 stream, and writes its answers.
///
/// As in `RequestHandler`, everything but large messages and answers is dealt with on the event loop's thread. Used by that thread
/// alone.
final class GRPCHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let service: @Sendable (HTTPRequest) throws -> InferenceService.Method
  private let authorise: @Sendable (HTTPRequest) throws -> Void
  /// Of one message.
  private let limits: RequestBody.Limits
  private let share: ByteBudget.Share
  private let background: BackgroundWork
  private let answers: UnsentAnswers
  private let writer: AnswerWriter
  private let log: ServerLog
  private let time: any TimeSource
  private var call: HTTPRequest?
  private var reader: GRPCMessageReader
  private var method: InferenceService.Method?
  private var deadline: Nanoseconds?
  private var hasHead = false
  /// The client sends nothing more.
  private var hasEnded = false
  /// Whether that is because its connection brings nothing more.
  private var isCutOff = false
  private var isOver = false
  private var isStopping = false
  private var isReadHeld = false
  /// Messages that are worked on.
  private var running: [Int: Running] = [:]
  private var lastRun = 0
  /// Runs while a message is on its way.
  private var timer: Scheduled<Void>?

  private struct Running {
    let work: any Cancellable
    /// Of the message, as long as it is in memory.
    var bytes: Int
  }

  /// Messages of one call that are worked on at once.
  private static let maximumRunning = 64
  /// Bytes of a call's answers that wait to be sent before further messages are taken.
  private static let maximumUnsent = 4 << 20
  /// Bytes of a message that asks for no inference.
  private static let maximumQuestion = 64 << 10

  init(
    limits: RequestBody.Limits, budget: ByteBudget, background: BackgroundWork, answers: UnsentAnswers,
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
    share = ByteBudget.Share(of: budget)
    writer = AnswerWriter(answers)
    reader = GRPCMessageReader(limit: limits.maximumBytes)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    writer.progressed = {
      let (handler, context) = bound.value
      handler.proceed(context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    do {
      switch unwrapInboundIn(data) {
      case .head(let head): try begin(head)
      case .body(let part):
        guard share.grow(by: part.readableBytes), MemoryHeadroom.shared.allows(part.readableBytes) else {
          throw GRPCStatus(.resourceExhausted, "too many large requests at once; try again")
        }
        try reader.append(part)
      case .end: hasEnded = true
      }
    } catch {
      return end(GRPCStatus(error), context)
    }
    proceed(context)
  }

  private func begin(_ head: HTTPRequest) throws {
    call = head
    try authorise(head)
    deadline = try head.headerFields[.grpcTimeout].map { Self.sum(time.now, try Self.duration($0)) }
    if let encoding = head.headerFields[.grpcEncoding], encoding != "identity" {
      throw GRPCStatus(.unimplemented, "'\(encoding)' is not supported; messages must not be compressed")
    }
    method = try service(head)
  }

  private static func sum(_ a: Nanoseconds, _ b: Nanoseconds) -> Nanoseconds {
    let (sum, isTooLarge) = a.addingReportingOverflow(b)
    return isTooLarge ? .max : sum
  }

  /// `100m`: up to eight digits and a unit.
  static func duration(_ text: String) throws(GRPCStatus) -> Nanoseconds {
    let units: [Character: Nanoseconds] = [
      "H": 3_600_000_000_000, "M": 60_000_000_000, "S": 1_000_000_000, "m": 1_000_000, "u": 1000, "n": 1,
    ]
    guard (2...9).contains(text.utf8.count), let unit = text.last.flatMap({ units[$0] }),
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }), let number = Nanoseconds(text.dropLast())
    else { throw GRPCStatus(.invalidArgument, "grpc-timeout is '\(text)'; it must be like 100m") }
    let (duration, isTooLong) = number.multipliedReportingOverflow(by: unit)
    return isTooLong ? .max : duration
  }

  /// Takes the messages that are here, as many as there is room for, and ends the call when there is nothing more to do.
  private func proceed(_ context: ChannelHandlerContext) {
    guard !isOver else { return }
    do {
      while !isOver, canTake, let method, let message = try reader.next() {
        stopTimer()
        share.shrink(by: GRPCMessageReader.headBytes)
        guard method.isStream || lastRun == 0 else {
          throw GRPCStatus(.invalidArgument, "the call takes one message")
        }
        lastRun += 1
        try start(method, message, number: lastRun, context)
      }
    } catch {
      return end(GRPCStatus(error), context)
    }
    endIfDone(context)
    guard !isOver, isReadHeld, !isCrowded else { return }
    isReadHeld = false
    share.shrink(by: HTTP2ConnectionHandler.windowBytes)
    context.read()
  }

  /// Neither too much is worked on, nor are answers left unread.
  private var canTake: Bool { running.count < Self.maximumRunning && writer.unsent < Self.maximumUnsent }

  /// What is here can't be taken yet: nothing more need come.
  private var isCrowded: Bool { !canTake && reader.waiting > 0 }

  /// While nothing is read a window full may come, which waits below.
  func read(context: ChannelHandlerContext) {
    guard isCrowded, !isOver else { return context.read() }
    guard !isReadHeld else { return }
    guard share.grow(by: HTTP2ConnectionHandler.windowBytes) else {
      return end(GRPCStatus(.resourceExhausted, "too many messages wait for answers to be read"), context)
    }
    isReadHeld = true
  }

  /// A message that begins has to end.
  func channelReadComplete(context: ChannelHandlerContext) {
    if !isOver, timer == nil, reader.waiting > 0, canTake {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      timer = context.eventLoop.scheduleTask(in: limits.timeout) {
        let (handler, context) = bound.value
        handler.end(GRPCStatus(handler.limits.late), context)
      }
    }
    context.fireChannelReadComplete()
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  private func start(
    _ method: InferenceService.Method, _ message: ByteBuffer, number: Int, _ context: ChannelHandlerContext
  ) throws {
    let timeout = try deadline.map { deadline -> Nanoseconds in
      let now = time.now
      guard now < deadline else { throw GRPCStatus(.deadlineExceeded, "the call's time is over") }
      return deadline - now
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let reply: InferenceService.Reply = { [loop = context.eventLoop] make in
      loop.execute {
        let (handler, context) = bound.value
        handler.answer(number, make, context)
      }
    }
    let bytes = message.readableBytes
    let isLarge = bytes > BackgroundWork.threshold
    let work: any Cancellable
    do {
      switch method.body {
      case .now(let answer):
        guard bytes <= Self.maximumQuestion else {
          throw GRPCStatus(
            .resourceExhausted, "a message of this call may have \(Self.maximumQuestion) bytes")
        }
        let message = try answer(message)
        work = Unstoppable()
        reply { UnwrittenAnswer(message) }
      case .later(let use) where isLarge:
        work = background.begin {
          try use(message, timeout, reply)
        } failed: { error in
          reply { throw error }
        }
      case .later(let use): work = try use(message, timeout, reply)
      }
    } catch {
      work = Unstoppable()
      reply { throw error }
    }
    running[number] = Running(work: work, bytes: bytes)
  }

  private func answer(
    _ number: Int, _ make: InferenceService.MakeAnswer, _ context: ChannelHandlerContext
  ) {
    guard let bytes = running[number]?.bytes, !isOver else { return }
    share.shrink(by: bytes)
    running[number]?.bytes = 0
    do {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      answers.write(try make(), on: context.eventLoop) { result in
        let (handler, context) = bound.value
        handler.finish(number, result, context)
      }
    } catch {
      finish(number, .failure(error), context)
    }
  }

  private func finish(
    _ number: Int, _ result: Result<(ByteBuffer, UnsentAnswers.Share), any Error>,
    _ context: ChannelHandlerContext
  ) {
    guard running.removeValue(forKey: number) != nil, !isOver else { return }
    switch result {
    case .success((let message, let share)): write(message, share, context)
    case .failure(let error) where method?.isStream ?? false:
      let status = GRPCStatus(error)
      tell(status)
      let message = InferenceService.streamError(status.message)
      answers.write(UnwrittenAnswer(message), on: context.eventLoop) { [self] result in
        switch result {
        case .success((let message, let share)): write(message, share, context)
        case .failure(let error): end(GRPCStatus(error), context)
        }
      }
    case .failure(let error): return end(GRPCStatus(error), context)
    }
    proceed(context)
  }

  private func write(_ message: ByteBuffer, _ share: UnsentAnswers.Share, _ context: ChannelHandlerContext) {
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

  private func endIfDone(_ context: ChannelHandlerContext) {
    guard running.isEmpty, !isOver else { return }
    guard hasEnded else {
      // What is here and could be taken has been.
      guard isStopping, canTake, method?.isStream ?? false else { return }
      return end(GRPCStatus(.unavailable, "the server is shutting down; try another"), context)
    }
    guard reader.waiting == 0 else {
      if canTake { end(GRPCStatus(.invalidArgument, "the last message breaks off"), context) }
      return
    }
    let isComplete = lastRun > 0 || method?.isStream ?? false
    end(isComplete ? GRPCStatus(.ok) : GRPCStatus(.invalidArgument, "the call has no message"), context)
  }

  private func end(_ status: GRPCStatus, _ context: ChannelHandlerContext) {
    guard !isOver else { return }
    leave()
    tell(status)
    writeHead(context)
    context.writeAndFlush(wrapOutboundOut(.end(status.trailers)), promise: nil)
    reader = GRPCMessageReader(limit: limits.maximumBytes)
    if isReadHeld { context.read() }
    // What the client still sends is not wanted; what it can't send is not waited for.
    if !hasEnded || isCutOff { context.close(promise: nil) }
  }

  private func tell(_ status: GRPCStatus) {
    log.tell(RequestLine(call, status), at: status.code.logLevel)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      isStopping = true
      proceed(context)
    case ChannelEvent.inputClosed:
      isCutOff = !hasEnded
      hasEnded = true
      proceed(context)
    default: context.fireUserInboundEventTriggered(event)
    }
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

  private func leave() {
    isOver = true
    stopTimer()
    for run in running.values { run.work.cancel() }
    running = [:]
  }
}
