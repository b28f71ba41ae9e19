import Dataflow
import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections: those on which nothing happens, those whose client has left, and all of them, once their requests are
/// answered, when the server stops.
///
/// Used by the event loop's thread alone.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  /// What a client may send on a stream before any of it is read.
  static let windowBytes = 1 << 20

  private let idleTimeout: TimeAmount
  private let answers: UnsentAnswers
  private var open: [HTTP2StreamID: any Channel] = [:]
  /// Whether the client owes an answer to a ping.
  private var isPinged = false
  /// Nothing more is begun: the server stops, or the client says nothing more.
  private var isEnding = false
  /// The connection can't go on, and the client was told so.
  private var hasFailed = false
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?
  let observer: Observer

  /// - Parameter answers: of all streams.
  init(idleTimeout: TimeAmount, answers: UnsentAnswers, eventLoop: any EventLoop) {
    self.idleTimeout = idleTimeout
    self.answers = answers
    observer = Observer()
    observer.handler = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    observer.handler?.value = self
  }

  /// Told of streams and frames by the multiplexer, on the event loop's thread.
  ///
  /// Sendable: `handler` is set before the connection begins, and its box is for the event loop's thread.
  final class Observer: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate, @unchecked Sendable {
    fileprivate var handler: NIOLoopBoundBox<HTTP2ConnectionHandler?>?

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.began(id, channel) }
    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.ended(id) }

    func wroteFrame(_ frame: HTTP2Frame) {
      if case .goAway(_, let code, _) = frame.payload, code != .noError { handler?.value?.hasFailed = true }
    }
  }

  private func began(_ id: HTTP2StreamID, _ channel: any Channel) {
    open[id] = channel
    changed()
  }

  private func ended(_ id: HTTP2StreamID) {
    open[id] = nil
    changed()
  }

  private func changed() {
    timer?.cancel()
    guard let context else { return }
    if open.isEmpty, isEnding { end(context) } else { startTimer(context) }
  }

  /// Closes after what is being written.
  private func end(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.execute {
      let (handler, context) = bound.value
      guard handler.context != nil, handler.open.isEmpty else { return }
      context.close(promise: nil)
    }
  }

  private func startTimer(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    isPinged = false
    timer = context.eventLoop.scheduleTask(in: idleTimeout) {
      let (handler, context) = bound.value
      handler.nothingHappened(context)
    }
  }

  /// A client that waits for something, or sends it slowly, may be silent; one that has gone without a word must not hold its
  /// streams for ever.
  private func nothingHappened(_ context: ChannelHandlerContext) {
    guard !open.isEmpty, !isPinged else {
      sayGoodbye(context)
      return context.close(promise: nil)
    }
    startTimer(context)
    isPinged = true
    let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
    context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .ping(_, ack: true): isPinged = false
    case .goAway: leave(context)
    default: break
    }
    context.fireChannelRead(data)
  }

  private func sayGoodbye(_ context: ChannelHandlerContext) {
    let frame = HTTP2Frame(
      streamID: .rootStream,
      payload: .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  /// The client begins nothing more; it gets the answers to what it has begun.
  private func leave(_ context: ChannelHandlerContext) {
    isEnding = true
    if open.isEmpty { end(context) }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    startTimer(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    self.context = nil
    open = [:]
    observer.handler?.value = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed:
      answers.patience = min(answers.patience, ConnectionFlowHandler.farewell)
      for stream in open.values { stream.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
      leave(context)
    case is ChannelShouldQuiesceEvent:
      sayGoodbye(context)
      for stream in open.values { stream.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
      leave(context)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  /// What is wrong with one stream has reset that one, and the others go on.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if hasFailed || !(error is any NIOHTTP2Error) { context.close(promise: nil) }
  }
}
