import Dataflow
import NIOCore
import NIOTLS

/// Waits for a connection's first bytes, and sets up their version of HTTP: HTTP/2 begins with its preface
/// (RFC 9113, 3.4), even after TLS has negotiated it.
final class HTTPVersionDetector: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private static let preface = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

  private let timeout: TimeAmount
  private let configure: (_ isHTTP2: Bool, any Channel) throws -> Void
  private var state = State.detecting
  private var received = ByteBuffer()
  private var timer: Scheduled<Void>?

  /// A write during the set-up may fail. The channel then delivers further input before that write returns,
  /// in the middle of `channelRead`.
  private enum State {
    case detecting, configuring, passing
  }

  /// - Parameter timeout: the time after which a connection without input is closed.
  init(timeout: TimeAmount, configure: @escaping (Bool, any Channel) throws -> Void) {
    self.timeout = timeout
    self.configure = configure
  }

  func handlerAdded(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if state == .passing { return context.fireChannelRead(data) }
    var part = unwrapInboundIn(data)
    if received.readableBytes == 0 { received = part } else { received.writeBuffer(&part) }
    guard state == .detecting else { return }
    let count = min(received.readableBytes, Self.preface.readableBytes)
    let isHTTP2 = received.readableBytesView.prefix(count).elementsEqual(
      Self.preface.readableBytesView.prefix(count))
    guard !isHTTP2 || count == Self.preface.readableBytes else { return }
    state = .configuring
    do {
      try configure(isHTTP2, context.channel)
    } catch {
      return context.close(promise: nil)
    }
    guard context.channel.isActive else { return }
    state = .passing
    context.fireChannelRead(wrapInboundOut(received))
    context.fireChannelReadComplete()
    received = ByteBuffer()
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)  // A failed handshake.
  }
}
