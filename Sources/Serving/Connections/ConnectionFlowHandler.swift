import NIOCore

/// Keeps what comes over a connection and what goes out in step, for every protocol that is spoken on it.
/// Next to the socket, or inside TLS.
///
/// - Nothing is closed before its bytes are sent: a wish to close waits for them. Then the client is told
///   that nothing follows, and given a moment to read: what still comes from it meanwhile would else make its
///   system throw away what it has not read.
/// - Who doesn't read isn't read from: while so much waits to be sent, nothing more comes in.
/// - Who reads nothing at all for a time is given up.
///
/// Used by the event loop's thread alone.
final class ConnectionFlowHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Wishes of the handlers above.
  enum Event {
    /// Ends the connection at once, whatever was to be sent.
    case abandon
  }

  private enum State {
    case open
    /// To be closed once everything is sent.
    case sending
    /// Everything is sent; the client has yet to close its side.
    case leaving
    case closed
  }

  /// Bytes that may wait to be sent before nothing more is read.
  static let limit = 4 << 20
  /// How often it is looked in a client's time whether it reads.
  private static let looks = 12
  /// How long a client may take to close its side.
  static let farewell = TimeAmount.seconds(2)

  private let interval: TimeAmount
  private var state = State.open
  private var isReadHeld = false
  /// Whether the handlers above have got something since they were told that a read is over.
  private var isReading = false
  private var watch: Scheduled<Void>?
  private var promises: [EventLoopPromise<Void>] = []
  /// What waited when it was looked last, and how often in a row it was as much.
  private var seen = (bytes: 0, times: 0)

  /// - Parameter patience: how long nothing may be read of what is sent.
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

  /// Also where the connection was closed in the middle of the read: NIO keeps streams that have read until
  /// this comes.
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
    // It is sent when all before it is.
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
