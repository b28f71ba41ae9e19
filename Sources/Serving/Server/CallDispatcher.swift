import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Passes an HTTP/2 stream to the handler of its kind, by the head of its request.
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
      if Self.isCall(head) {
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

  /// Closes a stream whose head is no request.
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// Protocol buffers, the only supported encoding.
  private static let mediaTypes = ["application/grpc", "application/grpc+proto"]

  private static func isCall(_ head: HTTPRequest) -> Bool {
    head.method == .post && mediaType(head).map(mediaTypes.contains) ?? false
  }

  /// - Throws: the failure of a gRPC call over a protocol without gRPC.
  static func refuseCall(_ head: HTTPRequest) throws(HTTPFailure) {
    guard let type = mediaType(head) else { return }
    guard mediaTypes.contains(type) else {
      throw HTTPFailure(
        .unsupportedMediaType, "'\(type)' is not spoken; gRPC is, with application/grpc, over HTTP/2")
    }
    guard head.method == .post else {
      throw HTTPFailure(
        .methodNotAllowed, "a call of gRPC is a POST, not a \(head.method.rawValue)",
        headers: [.allow: "POST"])
    }
    throw HTTPFailure(.httpVersionNotSupported, "gRPC needs HTTP/2")
  }

  /// - Returns: `nil` if it is none of gRPC's.
  private static func mediaType(_ head: HTTPRequest) -> String? {
    guard let type = head.headerFields[.contentType],
      // The types of images and JSON fail here, without further work.
      type.utf8.lazy.filter({ $0 != 0x20 }).prefix(13).map({ $0 | 0x20 }).elementsEqual("application/g".utf8)
    else { return nil }
    let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    return name.hasPrefix("application/grpc") ? name : nil
  }
}
