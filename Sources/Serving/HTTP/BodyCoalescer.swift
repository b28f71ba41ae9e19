import NIOCore
import NIOHTTPTypes

/// Joins the pieces in which a request's body arrives, so that the task that reads it is woken once for an image
/// and not once for each read of the socket.
///
/// Bodies pass in parts of up to 1 MiB; what arrives more slowly passes once a second, so that whoever waits can
/// lose patience.
final class BodyCoalescer: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private static let maximumPart = 1 << 20
  private static let patience = TimeAmount.seconds(1)

  private var pending: ByteBuffer?
  private var pendingSince = NIODeadline.distantPast

  func handlerAdded(context: ChannelHandlerContext) {
    // Images are large: read the socket in large pieces. Failing to set the option costs speed only.
    let allocator = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 64 << 10, maximum: 1 << 20)
    _ = try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .body(var piece):
      if pending == nil {
        pending = piece
        pendingSince = .now()
      } else {
        pending?.writeBuffer(&piece)
      }
      if pending?.readableBytes ?? 0 >= Self.maximumPart || .now() - pendingSince > Self.patience {
        pass(context)
      }
    case .head, .end:
      pass(context)
      context.fireChannelRead(data)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    pass(context)
    context.fireChannelInactive()
  }

  private func pass(_ context: ChannelHandlerContext) {
    guard let part = pending.take() else { return }
    context.fireChannelRead(wrapInboundOut(.body(part)))
  }
}
