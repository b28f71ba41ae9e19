import NIOCore

/// Keeps a connection's input and output in step, for every protocol on it. Next to the socket, or inside
/// TLS.
///
/// - Nothing is closed before its bytes are sent: a request to close waits for them. The client is then
///   notified that nothing follows, and has a moment to read, in which its input is still read: unread input
///   would make its system discard unread output.
/// - A client that doesn't read isn't read from: input stops while too many bytes wait to be sent.
/// - A client that reads nothing for a time is dropped.
///
/// Used by the event loop's thread alone.
final class ConnectionFlowHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Requests of the handlers above.
  enum Event {
    /// Ends the connection at once, with bytes still to send.
    case abandon
  }

  private enum State {
    case open
    /// Closes once everything is sent.
    case sending
    /// Everything is sent; the client has yet to close its side.
    case leaving
    case closed
  }

  /// Maximum bytes that wait to be sent before reading stops.
  static let limit = 4 << 20
  /// The number of checks for progress within a client's time.
  private static let looks = 12
  /// The time in which a client has to close its side.
  static let farewell = TimeAmount.seconds(2)

  private let interval: TimeAmount
  private var state = State.open
  private var isReadHeld = false
  /// Whether the handlers above have got bytes since the last end of a read.
  private var isReading = false
  private var watch: Scheduled<Void>?
  private var promises: [EventLoopPromise<Void>] = []
  /// The waiting bytes at the last check, and the number of checks in a row with as many.
  private var seen = (bytes: 0, times: 0)

  /// - Parameter patience: the time for which a client may read nothing.
  init(patience: TimeAmount) {
    interval = .nanoseconds(patience.nanoseconds / Int64(Self.looks))
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let mark = ChannelOptions.Types.WriteBufferWaterMark(low: Self.limit / 2, high: Self.limit)
    _ = try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: mark)
  }

  func flush(context: ChannelHandlerContext) {
    context.flush()
    if watch == nil, unsent(context) > 0 { startWatch(context) }
  }

  private func unsent(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  private func startWatch(_ context: ChannelHandlerContext) {
    watch = context.eventLoop.assumeIsolated().scheduleTask(in: interval) { [self] in look(context) }
  }

  private func look(_ context: ChannelHandlerContext) {
    watch = nil
    let bytes = unsent(context)
    guard bytes > 0 else {
      seen = (0, 0)
      return
    }
    seen = bytes == seen.bytes ? (bytes, seen.times + 1) : (bytes, 0)
    if seen.times >= Self.looks { abandon(context) } else { startWatch(context) }
  }

  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable { context.read() } else { isReadHeld = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if isReadHeld, context.channel.isWritable {
      isReadHeld = false
      context.read()
    }
    context.fireChannelWritabilityChanged()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard state == .open else { return }
    isReading = true
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    completeRead(context)
    if state != .open { context.read() }
  }

  /// Also runs after a connection closed in the middle of the read: NIO keeps streams that have read until
  /// this event.
  private func completeRead(_ context: ChannelHandlerContext) {
    guard isReading || state == .open else { return }
    isReading = false
    context.fireChannelReadComplete()
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all, state != .closed, context.channel.isActive else {
      return context.close(mode: mode, promise: promise)
    }
    if let promise { promises.append(promise) }
    guard state == .open else { return }
    state = .sending
    context.flush()
    guard unsent(context) > 0 else { return leave(context) }
    if watch == nil { startWatch(context) }
    // It is sent after everything before it.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { [self] _ in
      leave(context)
    }
  }

  private func leave(_ context: ChannelHandlerContext) {
    guard state == .sending else { return }
    state = .leaving
    context.close(mode: .output, promise: nil)
    guard state == .leaving, context.channel.isActive else { return }
    isReadHeld = false
    context.read()
    watch?.cancel()
    watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) { [self] in abandon(context) }
  }

  private func abandon(_ context: ChannelHandlerContext) {
    guard state != .closed else { return }
    state = .closed
    context.close(mode: .all, promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event, state == .leaving { return abandon(context) }
    context.fireUserInboundEventTriggered(event)
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?)
  {
    guard case Event.abandon = event else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    abandon(context)
    promise?.succeed()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    if isReading { completeRead(context) }
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    state = .closed
    watch?.cancel()
    for promise in promises { promise.succeed() }
    promises = []
  }
}
