import Dataflow
import NIOCore
import NIOEmbedded
import Planning
import Testing

@testable import Serving

/// The first bytes of a connection, and what comes while it is being set up.
@Suite struct HTTPVersionDetectorTests {
  private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  /// What comes behind the detector.
  private final class Sink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var text = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
    }
  }

  private func channel(_ configure: @escaping (Bool, any Channel) throws -> Void) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(
      HTTPVersionDetector(timeout: .seconds(60), configure: configure))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    return channel
  }

  @Test(arguments: ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", preface + "frames"]) func passesOnAllBytes(
    text: String
  ) throws {
    let sink = Sink()
    var versions: [Bool] = []
    let channel = try channel { isHTTP2, channel in
      versions.append(isHTTP2)
      try channel.pipeline.syncOperations.addHandler(sink)
    }
    for byte in text.utf8 { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
    #expect(sink.text == text && versions == [text.hasPrefix("PRI")])
  }

  /// A client that goes away at once: writing the settings fails, so the channel gives what is left to be read.
  @Test func setsUpOnce() throws {
    let sink = Sink()
    var count = 0
    let channel = try channel { _, channel in
      count += 1
      channel.pipeline.fireChannelRead(ByteBuffer(string: "more"))
      try channel.pipeline.syncOperations.addHandler(sink)
    }
    try channel.writeInbound(ByteBuffer(string: Self.preface))
    #expect(count == 1 && sink.text == Self.preface + "more")
  }

  @Test func nothingIsPassedOnOfWhatHasGone() throws {
    let sink = Sink()
    let channel = try channel { _, channel in
      try channel.pipeline.syncOperations.addHandler(sink)
      channel.close(promise: nil)
    }
    try channel.writeInbound(ByteBuffer(string: Self.preface))
    #expect(sink.text.isEmpty)
  }
}
