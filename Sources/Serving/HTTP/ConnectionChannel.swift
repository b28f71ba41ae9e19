import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypesHTTP1
import NIOHTTPTypesHTTP2
import NIOSSL

/// How Hummingbird's server sets up a connection: HTTP/1.1 or HTTP/2, whichever the client begins with, in clear text or in
/// TLS; every request is answered by a `RequestHandler`, or by a `GRPCHandler` where it is a call of gRPC.
struct ConnectionChannel: ServerChildChannel {
  let idleTimeout: TimeAmount
  let tls: NIOSSLContext?
  let origins: CrossOriginPolicy?
  let makeHandler: @Sendable () -> RequestHandler
  let makeGRPCHandler: @Sendable () -> GRPCHandler

  struct Value: ServerChildChannelValue {
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      // Images are large: read the socket in large pieces. Failing to set the option costs speed only.
      let allocator = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 8 << 10, maximum: 256 << 10)
      _ = try? channel.syncOptions?.setOption(.recvAllocator, value: allocator)
      let pipeline = channel.pipeline.syncOperations
      if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
      try pipeline.addHandler(
        HTTPVersionDetector(timeout: idleTimeout) { [self] isHTTP2, channel in
          try isHTTP2 ? configureHTTP2(channel) : configureHTTP1(channel, logger)
        })
      return Value(channel: channel)
    }
  }

  private func configureHTTP1(_ channel: any Channel, _ logger: Logger) throws {
    let pipeline = channel.pipeline.syncOperations
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = Self.maximumHeaderBytes
    limits.maxHeaderListSize = Self.maximumHeaderBytes
    limits.maxHeaderFieldCount = 1000
    // Pipelined requests come one by one; errors are answered by the handler, as JSON.
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
      withEncoderConfiguration: HTTPResponseEncoder.Configuration(), withDecoderLimitConfiguration: limits)
    try pipeline.addHandlers(
      HTTP1ToHTTPServerCodec(secure: tls != nil),
      HTTPConnectionStateHandler(idleTimeout: .nanoseconds(idleTimeout.nanoseconds), logger: logger),
      UnreadAnswers())
    if let origins { try pipeline.addHandler(CrossOriginHandler(origins)) }
    try pipeline.addHandler(makeHandler())
  }

  private func configureHTTP2(_ channel: any Channel) throws {
    let connection = HTTP2ConnectionHandler(idleTimeout: idleTimeout, eventLoop: channel.eventLoop)
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maximumStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: Self.maximumHeaderBytes),
      // Images and tensors are large: few frames, and few waits for room.
      HTTP2Setting(parameter: .maxFrameSize, value: 1 << 20),
      HTTP2Setting(parameter: .initialWindowSize, value: Self.windowBytes),
    ]
    configuration.targetWindowSize = 4 * Self.windowBytes
    var streams = NIOHTTP2Handler.StreamConfiguration()
    streams.targetWindowSize = Self.windowBytes
    _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: configuration, streamConfiguration: streams,
      streamDelegate: connection.streams
    ) { [self] stream in
      stream.eventLoop.makeCompletedFuture {
        let pipeline = stream.pipeline.syncOperations
        try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
        if let origins { try pipeline.addHandler(CrossOriginHandler(origins)) }
        try pipeline.addHandler(CallDispatcher(makeHandler: makeHandler, makeGRPCHandler: makeGRPCHandler))
      }
    }
    try channel.pipeline.syncOperations.addHandler(connection)
  }

  private static let maximumHeaderBytes = 80 << 10
  private static let maximumStreams = 128
  private static let windowBytes = 1 << 20

  /// The handlers do everything; the server only needs to know when the connection has ended.
  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      try? await value.channel.closeFuture.get()
    } onCancel: {
      value.channel.close(promise: nil)
    }
  }
}
