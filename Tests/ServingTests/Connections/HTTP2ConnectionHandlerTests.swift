import NIOCore
import NIOEmbedded
import NIOHTTP2
import Planning
import Testing

@testable import Serving

/// Connections of HTTP/2 on which nothing happens.
@Suite struct HTTP2ConnectionHandlerTests {
  private let channel = EmbeddedChannel()
  private let handler: HTTP2ConnectionHandler

  init() throws {
    handler = HTTP2ConnectionHandler(
      idleTimeout: .seconds(60), answers: .testing, eventLoop: channel.embeddedEventLoop)
    try channel.pipeline.syncOperations.addHandler(handler)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  /// What is said after a minute.
  private func minute() throws -> HTTP2Frame.FramePayload? {
    channel.embeddedEventLoop.advanceTime(by: .seconds(60))
    return try channel.readOutbound(as: HTTP2Frame.self)?.payload
  }

  @Test func oneWithoutStreamsIsClosed() throws {
    guard case .goAway = try minute() else { return #expect(Bool(false), "no goodbye") }
    #expect(!channel.isActive)
  }

  /// A client that waits answers pings; one that has gone without a word doesn't.
  @Test func oneWithStreamsIsAsked() throws {
    handler.observer.streamCreated(1, channel: channel)
    for _ in 0..<3 {
      guard case .ping(let data, ack: false) = try minute() else { return #expect(Bool(false), "no ping") }
      #expect(channel.isActive)
      try channel.writeInbound(HTTP2Frame(streamID: .rootStream, payload: .ping(data, ack: true)))
    }
    guard case .ping = try minute() else { return #expect(Bool(false), "no ping") }
    guard case .goAway = try minute() else { return #expect(Bool(false), "no goodbye") }
    #expect(!channel.isActive)
  }

  /// The other streams go on if one is reset while it is answered.
  @Test func errorsOfOneStream() throws {
    channel.pipeline.fireErrorCaught(NIOHTTP2Errors.noSuchStream(streamID: 1))
    channel.pipeline.fireErrorCaught(NIOHTTP2Errors.contentLengthViolated())
    #expect(channel.isActive)
    handler.observer.wroteFrame(
      HTTP2Frame(
        streamID: .rootStream,
        payload: .goAway(lastStreamID: .maxID, errorCode: .protocolError, opaqueData: nil)))
    channel.pipeline.fireErrorCaught(NIOHTTP2Errors.badClientMagic())
    #expect(!channel.isActive)
  }
}
