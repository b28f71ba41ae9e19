import NIOCore

/// Bounds the time of a connection's turn on the event loop. Above `ConnectionFlowHandler`.
///
/// One read may bring a part of an image, or thousands of small frames or requests, each with its own work.
/// It is passed on in pieces; when a turn's time is over, the rest waits until other connections have had
/// theirs. Meanwhile nothing more is read.
///
/// Used by the event loop's thread alone.
final class ConnectionTurnHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer

  static let turn = TimeAmount.milliseconds(5)
  static let pieceBytes = 16 << 10
  /// Tasks that are due run before sockets are polled; those that are due a moment later, after.
  private static let pause = TimeAmount.milliseconds(1)

  private var waiting = CircularBuffer<ByteBuffer>()
  private var turnEnd: NIODeadline?
  private var nextTurn: Scheduled<Void>?
  private var isHandingOn = false
  private var isReadHeld = false
  private var isInputClosed = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    waiting.append(unwrapInboundIn(data))
    // The work on a piece may let the channel read more, in the middle of it.
    if nextTurn == nil, !isHandingOn { handOn(context) }
  }

  private func handOn(_ context: ChannelHandlerContext) {
    isHandingOn = true
    defer { isHandingOn = false }
    let end = turnEnd ?? .now() + Self.turn
    turnEnd = end
    while var bytes = waiting.popFirst() {
      if let piece = bytes.readSlice(length: min(Self.pieceBytes, bytes.readableBytes)) {
        if bytes.readableBytes > 0 { waiting.prepend(bytes) }
        context.fireChannelRead(wrapInboundOut(piece))
      }
      guard waiting.isEmpty || NIODeadline.now() < end else { return wait(context) }
    }
  }

  private func wait(_ context: ChannelHandlerContext) {
    nextTurn = context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in takeTurn(context) }
  }

  private func takeTurn(_ context: ChannelHandlerContext) {
    nextTurn = nil
    handOn(context)
    turnEnd = nil
    context.fireChannelReadComplete()
    guard nextTurn == nil else { return }
    if isInputClosed {
      isInputClosed = false
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    if isReadHeld {
      isReadHeld = false
      context.read()
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    turnEnd = nil
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if nextTurn == nil { context.read() } else { isReadHeld = true }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if nextTurn != nil, case ChannelEvent.inputClosed = event {
      isInputClosed = true
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode != .output { drop() }
    context.close(mode: mode, promise: promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    drop()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { drop() }

  private func drop() {
    waiting.removeAll()
    nextTurn?.cancel()
    nextTurn = nil
  }
}
