import Basics
import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Serving

/// How long a connection has the event loop at a time.
@Suite struct ConnectionTurnHandlerTests {
  /// Keeps what comes, slowly or not, and how often it was read.
  private final class Sink: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let delay: useconds_t
    var bytes: [UInt8] = []
    var completions = 0
    var endsAt: Int?

    init(milliseconds: Int) { delay = useconds_t(milliseconds * 1000) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      usleep(delay)
      bytes += unwrapInboundIn(data).readableBytesView
    }

    func channelReadComplete(context: ChannelHandlerContext) { completions += 1 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case ChannelEvent.inputClosed = event { endsAt = bytes.count }
    }
  }

  /// Counts the reads that reach the socket.
  private final class Socket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var reads = 0

    func read(context: ChannelHandlerContext) { reads += 1 }
  }

  private let socket = Socket()
  private let content = (0..<(20 * ConnectionTurnHandler.pieceBytes + 17)).map {
    UInt8(truncatingIfNeeded: $0 &* 31)
  }

  private func channel(_ sink: Sink) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers(socket, ConnectionTurnHandler(), sink)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    socket.reads = 0
    return channel
  }

  /// The turns that wait.
  private func finish(_ channel: EmbeddedChannel) {
    for _ in 0..<content.count / ConnectionTurnHandler.pieceBytes + 1 {
      channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    }
  }

  /// Every piece takes longer than a turn.
  @Test func othersHaveTheirTurn() throws {
    let sink = Sink(milliseconds: 6)
    let channel = try channel(sink)
    try channel.writeInbound(ByteBuffer(bytes: content.prefix(content.count / 2)))
    #expect(sink.bytes.count == ConnectionTurnHandler.pieceBytes)
    // TLS hands on several records at once.
    try channel.writeInbound(ByteBuffer(bytes: content.suffix(content.count - content.count / 2)))
    #expect(sink.bytes.count == ConnectionTurnHandler.pieceBytes)
    channel.read()
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(socket.reads == 0 && sink.endsAt == nil)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(sink.bytes.count == 2 * ConnectionTurnHandler.pieceBytes)
    finish(channel)
    #expect(sink.bytes == content && sink.endsAt == content.count)
    #expect(socket.reads == 1 && sink.completions > 20)
    _ = try channel.finish()
  }

  @Test func fewBytesComeAtOnce() throws {
    let sink = Sink(milliseconds: 0)
    let channel = try channel(sink)
    try channel.writeInbound(ByteBuffer(bytes: content.prefix(100)))
    #expect(sink.bytes.count == 100 && sink.completions == 1)
    channel.read()
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(socket.reads == 1 && sink.endsAt == 100)
    _ = try channel.finish()
  }

  @Test(arguments: [true, false]) func nothingComesOfWhatHasEnded(byItself: Bool) throws {
    let sink = Sink(milliseconds: 6)
    let channel = try channel(sink)
    try channel.writeInbound(ByteBuffer(bytes: content))
    if byItself { channel.pipeline.fireChannelInactive() } else { channel.close(promise: nil) }
    finish(channel)
    #expect(sink.bytes.count == ConnectionTurnHandler.pieceBytes)
  }
}
