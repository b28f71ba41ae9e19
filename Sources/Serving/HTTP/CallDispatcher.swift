import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Gives an HTTP/2 stream to the handler of its kind, which the head of its request tells.
final class CallDispatcher: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let makeHandler: () -> RequestHandler
  private let makeGRPCHandler: () -> GRPCHandler

  init(
    makeHandler: @escaping () -> RequestHandler, makeGRPCHandler: @escaping () -> GRPCHandler
  ) {
    self.makeHandler = makeHandler
    self.makeGRPCHandler = makeGRPCHandler
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(let head) = unwrapInboundIn(data) else { return context.close(promise: nil) }
    let pipeline = context.pipeline.syncOperations
    do {
      if GRPCHandler.isCall(head) {
        try pipeline.addHandler(makeGRPCHandler())
      } else {
        try pipeline.addHandler(makeHandler())
      }
    } catch {
      return context.close(promise: nil)
    }
    context.fireChannelRead(data)
    pipeline.removeHandler(self, promise: nil)
  }

  /// A head that is no request.
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
