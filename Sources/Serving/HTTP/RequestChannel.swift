import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// How Hummingbird's server sets up a connection: HTTP/1.1 with its timeouts, answered by a `RequestHandler`.
struct RequestChannel: ServerChildChannel {
  let idleTimeout: Duration
  let makeHandler: @Sendable () -> RequestHandler

  struct Value: ServerChildChannelValue {
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      var limits = NIOHTTPDecoderLimitConfiguration()
      limits.maxHeaderFieldSize = 80 << 10
      limits.maxHeaderListSize = 80 << 10
      limits.maxHeaderFieldCount = 1000
      // Pipelined requests come one by one; errors are answered by the handler, as JSON.
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
        withEncoderConfiguration: HTTPResponseEncoder.Configuration(), withDecoderLimitConfiguration: limits)
      try pipeline.addHandlers(
        HTTP1ToHTTPServerCodec(secure: false),
        HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger), makeHandler())
      return Value(channel: channel)
    }
  }

  /// The handler does everything; the server only needs to know when the connection has ended.
  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      try? await value.channel.closeFuture.get()
    } onCancel: {
      value.channel.close(promise: nil)
    }
  }
}
