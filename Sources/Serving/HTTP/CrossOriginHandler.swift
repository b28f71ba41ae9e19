import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Adds cross-origin headers to every response, also to failures.
///
/// Requests come one by one, each after the previous response. Used by the event loop's thread alone.
final class CrossOriginHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let policy: CrossOriginPolicy
  /// The origin of the current request.
  private var origin: String?

  init(_ policy: CrossOriginPolicy) { self.policy = policy }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) { origin = head.headerFields[.origin] }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), head.status.kind != .informational else {
      return context.write(data, promise: promise)
    }
    head.headerFields.append(contentsOf: policy.headers(for: origin))
    origin = nil
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}
