import Dataflow
import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections: idle ones, those whose client has left, and all of them, after their last
/// response, when the server stops.
///
/// Used by the event loop's thread alone.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  /// Bytes that a client may send on a stream before any are read.
  static let windowBytes = 1 << 20

  private let idleTimeout: TimeAmount
  private let answers: UnsentResponses
  private var open: [HTTP2StreamID: any Channel] = [:]
  private var state = HTTP2ConnectionState()
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?
  let observer: Observer

  /// - Parameter answers: the responses of all streams.
  init(idleTimeout: TimeAmount, answers: UnsentResponses, eventLoop: any EventLoop) {
    self.idleTimeout = idleTimeout
    self.answers = answers
    observer = Observer()
    observer.handler = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    observer.handler?.value = self
  }

  /// Receives the multiplexer's events about streams and frames, on the event loop's thread.
  ///
  /// Sendable: `handler` is set before the connection begins, and its box is for the event loop's thread.
  final class Observer: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate, @unchecked Sendable {
    fileprivate var handler: NIOLoopBoundBox<HTTP2ConnectionHandler?>?

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.changed(id, channel) }
    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.changed(id, nil) }

    func wroteFrame(_ frame: HTTP2Frame) {
      if case .goAway(_, let code, _) = frame.payload, code != .noError {
        handler?.value?.state.saidFailure()
      }
    }
  }

  private func changed(_ id: HTTP2StreamID, _ channel: (any Channel)?) {
    open[id] = channel
    timer?.cancel()
    if let context { perform(state.changed(streams: open.count), context) }
  }

  private func perform(_ action: HTTP2ConnectionState.Action?, _ context: ChannelHandlerContext) {
    switch action {
    case .wait: startTimer(context)
    case .ping:
      startTimer(context)
      let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
      context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
    case .leave:
      sayGoodbye(context)
      context.close(promise: nil)
    case .end:
      context.eventLoop.assumeIsolated().execute { [self] in
        if self.context != nil, state.isEmpty { context.close(promise: nil) }
      }
    case nil: break
    }
  }

  private func startTimer(_ context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: idleTimeout) { [self] in
      perform(state.timePassed(), context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .ping(_, ack: true): state.pingAnswered()
    case .goAway: perform(state.beginsNothingMore(), context)
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
    case is ChannelShouldQuiesceEvent:
      sayGoodbye(context)
      for stream in open.values { stream.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    default: return context.fireUserInboundEventTriggered(event)
    }
    perform(state.beginsNothingMore(), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if state.ends(byError: error is any NIOHTTP2Error) { context.close(promise: nil) }
  }
}
