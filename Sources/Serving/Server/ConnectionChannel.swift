import Basics
import Dataflow
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypesHTTP1
import NIOHTTPTypesHTTP2
import NIOSSL

/// The set-up of connections for Hummingbird's server: HTTP/1.1 or HTTP/2, by the client's first bytes, in
/// clear text or in TLS. A `RequestHandler` serves requests, a `GRPCHandler` calls of gRPC.
struct ConnectionChannel: ServerChildChannel {
  let idleTimeout: TimeAmount
  let tls: NIOSSLContext?
  let origins: CrossOriginPolicy?
  let makeResponses: @Sendable () -> UnsentResponses
  let makeHandler: @Sendable (UnsentResponses) -> RequestHandler
  let makeGRPCHandler: @Sendable (UnsentResponses) -> GRPCHandler

  struct Value: ServerChildChannelValue {
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      // Images are large: the socket is read in large pieces, one at a time. Failing to set the options costs
      // speed only.
      let allocator = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 8 << 10, maximum: 256 << 10)
      _ = try? channel.syncOptions?.setOption(.recvAllocator, value: allocator)
      _ = try? channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
      let pipeline = channel.pipeline.syncOperations
      if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
      try pipeline.addHandlers(ConnectionFlowHandler(patience: idleTimeout), ConnectionTurnHandler())
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
    // Pipelined requests come one by one; the handler responds to errors, as JSON.
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
      withEncoderConfiguration: HTTPResponseEncoder.Configuration(), withDecoderLimitConfiguration: limits)
    try pipeline.addHandlers(
      HTTP1RulesHandler(), HTTP1ToHTTPServerCodec(secure: tls != nil),
      // A moment longer, so that a late body gets a response first.
      HTTPConnectionStateHandler(
        idleTimeout: .nanoseconds(idleTimeout.nanoseconds) + .seconds(1), logger: logger))
    if let origins { try pipeline.addHandler(CrossOriginHandler(origins)) }
    try pipeline.addHandler(makeHandler(makeResponses()))
  }

  private func configureHTTP2(_ channel: any Channel) throws {
    let answers = makeResponses()
    let connection = HTTP2ConnectionHandler(
      idleTimeout: idleTimeout, answers: answers, eventLoop: channel.eventLoop)
    var configuration = NIOHTTP2Handler.Configuration()
    configuration.connection.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maximumStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: Self.maximumHeaderBytes),
      // Images and tensors are large: few frames, and few waits for room.
      HTTP2Setting(parameter: .maxFrameSize, value: 1 << 20),
      HTTP2Setting(parameter: .initialWindowSize, value: HTTP2ConnectionHandler.windowBytes),
    ]
    configuration.connection.targetWindowSize = 4 * HTTP2ConnectionHandler.windowBytes
    configuration.stream.targetWindowSize = HTTP2ConnectionHandler.windowBytes
    let boundAnswers = NIOLoopBound(answers, eventLoop: channel.eventLoop)
    // Of NIO's interfaces to HTTP/2 this one reports frames; its sequence of streams is unused.
    _ = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
      mode: .server, streamDelegate: connection.observer, frameDelegate: connection.observer,
      configuration: configuration
    ) { [self] stream in
      stream.eventLoop.makeCompletedFuture {
        let answers = boundAnswers.value
        let pipeline = stream.pipeline.syncOperations
        try pipeline.addHandlers(HTTP2FramePayloadToHTTPServerCodec(), StreamEndHandler())
        if let origins { try pipeline.addHandler(CrossOriginHandler(origins)) }
        try pipeline.addHandler(
          CallDispatcher(
            makeHandler: { makeHandler(answers) }, makeGRPCHandler: { makeGRPCHandler(answers) }))
      }
    }
    try channel.pipeline.syncOperations.addHandler(connection)
  }

  private static let maximumHeaderBytes = 80 << 10
  private static let maximumStreams = 128

  /// The handlers do everything; the server only needs to know when the connection has ended.
  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      try? await value.channel.closeFuture.get()
    } onCancel: {
      value.channel.triggerUserOutboundEvent(ConnectionFlowHandler.Event.abandon, promise: nil)
    }
  }
}
