import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections: those on which nothing happens, and all of them, once their requests are answered, when the
/// server stops.
///
/// Used by the event loop's thread alone.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let idleTimeout: TimeAmount
  private var open = 0
  /// Whether the client owes an answer to a ping.
  private var isPinged = false
  private var isStopping = false
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?
  let streams: Streams

  init(idleTimeout: TimeAmount, eventLoop: any EventLoop) {
    self.idleTimeout = idleTimeout
    streams = Streams()
    streams.handler = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    streams.handler?.value = self
  }

  /// Told of streams by the multiplexer, on the event loop's thread.
  ///
  /// Sendable: `handler` is set before the connection begins, and its box is for the event loop's thread.
  final class Streams: NIOHTTP2StreamDelegate, @unchecked Sendable {
    fileprivate var handler: NIOLoopBoundBox<HTTP2ConnectionHandler?>?

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.changed(by: 1) }
    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { handler?.value?.changed(by: -1) }
  }

  private func changed(by difference: Int) {
    open += difference
    timer?.cancel()
    guard let context else { return }
    if open == 0, isStopping { end(context) } else { startTimer(context) }
  }

  /// Says no more, and closes when the client has: to close a connection at once on which something came meanwhile would take
  /// from the client what it has not read yet.
  private func end(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    // After what is being written.
    context.eventLoop.execute {
      let (handler, context) = bound.value
      guard handler.context != nil else { return }
      context.flush()
      context.close(mode: .output, promise: nil)
      handler.timer = context.eventLoop.scheduleTask(in: Self.farewell) { bound.value.1.close(promise: nil) }
    }
  }

  /// How long a client may take to close its side.
  private static let farewell = TimeAmount.seconds(2)

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
    guard open > 0, !isPinged else {
      sayGoodbye(context)
      return context.close(promise: nil)
    }
    startTimer(context)
    isPinged = true
    let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
    context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .ping(_, ack: true) = unwrapInboundIn(data).payload { isPinged = false }
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
    streams.handler?.value = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event, isStopping { return context.close(promise: nil) }
    guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
    isStopping = true
    sayGoodbye(context)
    if open == 0 { end(context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A stream that its client has reset while it was answered: the others go on.
    if error is NIOHTTP2Errors.NoSuchStream { return }
    context.close(promise: nil)
  }
}
