import Dataflow
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Reads one call of gRPC from an HTTP/2 stream, and writes its answers.
///
/// As in `RequestHandler`, everything happens on the event loop's thread, synchronously. Used by that thread alone.
final class GRPCHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  private let service: @Sendable (HTTPRequest) throws -> InferenceService.Method
  private let authorise: @Sendable (HTTPRequest) throws -> Void
  /// Of one message.
  private let limits: RequestBody.Limits
  private let share: BodyBudget.Share
  private let time: any TimeSource
  private var reader: GRPCMessageReader
  private var method: InferenceService.Method?
  private var deadline: Nanoseconds?
  private var hasHead = false
  private var hasEnded = false
  private var isOver = false
  /// Messages that are worked on.
  private var running: [Int: (work: any Cancellable, bytes: Int)] = [:]
  private var lastRun = 0
  /// Runs while a message is on its way.
  private var timer: Scheduled<Void>?

  /// Messages of one call that are worked on at once.
  private static let maximumRunning = 64

  init(
    limits: RequestBody.Limits, budget: BodyBudget, time: any TimeSource = MonotonicTime(),
    authorise: @escaping @Sendable (HTTPRequest) throws -> Void = { _ in },
    service: @escaping @Sendable (HTTPRequest) throws -> InferenceService.Method
  ) {
    self.service = service
    self.authorise = authorise
    self.time = time
    share = BodyBudget.Share(of: budget)
    self.limits = limits
    reader = GRPCMessageReader(limit: limits.maximumBytes)
  }

  static func isCall(_ head: HTTPRequest) -> Bool {
    head.headerFields[.contentType]?.hasPrefix("application/grpc") ?? false
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    do {
      switch unwrapInboundIn(data) {
      case .head(let head): try begin(head)
      case .body(let part):
        guard share.grow(by: part.readableBytes) else {
          throw GRPCStatus(.resourceExhausted, "too many large requests at once; try again")
        }
        reader.append(part)
        try takeMessages(context)
      case .end:
        hasEnded = true
        endIfDone(context)
      }
    } catch {
      end(GRPCStatus(error), context)
    }
  }

  private func begin(_ head: HTTPRequest) throws {
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

  private func takeMessages(_ context: ChannelHandlerContext) throws {
    while !isOver, canTake(context), let method, let message = try reader.next() {
      stopTimer()
      share.shrink(by: GRPCMessageReader.headBytes)
      guard method.isStream || lastRun == 0 else {
        throw GRPCStatus(.invalidArgument, "the call takes one message")
      }
      lastRun += 1
      try start(method, message, number: lastRun, context)
    }
  }

  /// Neither too much is worked on, nor are answers left unread.
  private func canTake(_ context: ChannelHandlerContext) -> Bool {
    running.count < Self.maximumRunning && context.channel.isWritable
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    do {
      try takeMessages(context)
      endIfDone(context)
    } catch {
      end(GRPCStatus(error), context)
    }
    context.fireChannelWritabilityChanged()
  }

  /// A message that begins has to end.
  func channelReadComplete(context: ChannelHandlerContext) {
    if !isOver, timer == nil, reader.waiting > 0, canTake(context) {
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
    let reply: @Sendable (@escaping @Sendable () throws -> [UInt8]) -> Void = {
      [loop = context.eventLoop] make in
      loop.execute {
        let (handler, context) = bound.value
        handler.answer(number, make, context)
      }
    }
    do {
      switch method.body {
      case .now(let answer):
        write(try answer(message), context)
        share.shrink(by: message.readableBytes)
        endIfDone(context)
      case .later(let use):
        running[number] = (try use(message, timeout, reply), message.readableBytes)
      }
    } catch  where method.isStream {
      share.shrink(by: message.readableBytes)
      write(InferenceService.streamError(GRPCStatus(error).message), context)
    }
  }

  private func answer(_ number: Int, _ make: () throws -> [UInt8], _ context: ChannelHandlerContext) {
    guard let done = running.removeValue(forKey: number), !isOver else { return }
    share.shrink(by: done.bytes)
    do {
      let bytes: [UInt8]
      do {
        bytes = try make()
      } catch  where method?.isStream ?? false {
        bytes = InferenceService.streamError(GRPCStatus(error).message)
      }
      write(bytes, context)
      try takeMessages(context)
      endIfDone(context)
    } catch {
      end(GRPCStatus(error), context)
    }
  }

  private func write(_ message: [UInt8], _ context: ChannelHandlerContext) {
    writeHead(context)
    var frame = context.channel.allocator.buffer(capacity: message.count + 5)
    frame.writeInteger(UInt8(0))
    frame.writeInteger(UInt32(message.count))
    frame.writeBytes(message)
    context.writeAndFlush(wrapOutboundOut(.body(frame)), promise: nil)
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
    guard hasEnded, running.isEmpty, !isOver, context.channel.isWritable else { return }
    guard reader.waiting == 0 else {
      return end(GRPCStatus(.invalidArgument, "the last message breaks off"), context)
    }
    let isComplete = lastRun > 0 || method?.isStream ?? false
    end(isComplete ? GRPCStatus(.ok) : GRPCStatus(.invalidArgument, "the call has no message"), context)
  }

  private func end(_ status: GRPCStatus, _ context: ChannelHandlerContext) {
    guard !isOver else { return }
    leave()
    writeHead(context)
    context.writeAndFlush(wrapOutboundOut(.end(status.trailers)), promise: nil)
    // What the client still sends is not wanted.
    if !hasEnded { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    leave()
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  private func leave() {
    isOver = true
    stopTimer()
    for (work, _) in running.values { work.cancel() }
    running = [:]
  }
}
