import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// Ends an HTTP/2 stream whose client still sends: after the whole response, and without an error (RFC 9113,
/// 8.1). Closing the stream would lose the unsent rest of the response, and look like a cancellation.
///
/// Used by the event loop's thread alone.
final class StreamEndHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Completes when the response's end is sent; `nil` before that is written.
  private var end: EventLoopFuture<Void>?
  private var isEnding = false

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let promise = promise ?? context.eventLoop.makePromise()
    end = promise.futureResult
    context.write(data, promise: promise)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all, let end, !isEnding else { return context.close(mode: mode, promise: promise) }
    isEnding = true
    end.assumeIsolated().whenComplete { _ in
      guard context.channel.isActive else { return }
      let reset = NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError)
      context.triggerUserOutboundEvent(reset, promise: nil)
    }
    if let promise { context.channel.closeFuture.cascade(to: promise) }
  }

  /// Discards a client's input behind its response.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isEnding { context.fireChannelRead(data) }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?)
  {
    guard case ConnectionFlowHandler.Event.abandon = event else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    context.close(mode: .all, promise: promise)
  }
}
