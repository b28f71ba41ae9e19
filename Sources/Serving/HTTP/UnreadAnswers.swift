import NIOCore
import NIOHTTPTypes

/// Closes an HTTP/1.1 connection whose client asks on while it leaves its answers unread: they would fill the memory.
///
/// HTTP/2 needs no such thing: its streams have windows, and their number has a limit.
final class UnreadAnswers: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart

  /// Bytes that may wait to be sent when the next request comes.
  static let limit = 4 << 20

  func handlerAdded(context: ChannelHandlerContext) {
    let mark = ChannelOptions.Types.WriteBufferWaterMark(low: Self.limit / 2, high: Self.limit)
    _ = try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: mark)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head = unwrapInboundIn(data), !context.channel.isWritable { return context.close(promise: nil) }
    context.fireChannelRead(data)
  }
}
