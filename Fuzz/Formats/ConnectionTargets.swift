import Foundation
import NIOCore
import NIOEmbedded
import Serving
import TestSupport
import Wire

/// What clients send over a connection, read by all that the server puts on one, with models behind it.
enum ConnectionTargets {
  static func http1() async throws -> FuzzTarget {
    try await target(RequestTargets.samples.http1.map { Array($0) })
  }

  static func http2() async throws -> FuzzTarget {
    try await target(RequestTargets.samples.http2.map { Array($0) })
  }

  private static func target(_ samples: [[UInt8]]) async throws -> FuzzTarget {
    let folder = try TemporaryFolder()
    let network = try WideNetwork()
    let identity = try folder.write(
      SampleRequests.identity.data, to: "\(SampleRequests.identityName).onnx")
    let host = ModelHost()
    try await host.start([network.model, identity, try PipelineFile().write(to: folder)])
    let server = PipelineServer(host)
    let connect = server.connections()
    let loop = NIOAsyncTestingEventLoop()
    return FuzzTarget(samples: samples) { bytes, number in
      let channel = NIOAsyncTestingChannel(loop: loop)
      try await loop.flatSubmit { connect(channel) }.get()
      try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
      // As it may come: at once, or cut anywhere.
      let cut = number % 2 == 0 ? bytes.count : Int(number / 2) % (bytes.count + 1)
      for part in [bytes[..<cut], bytes[cut...]] where !part.isEmpty {
        _ = try? await channel.writeInbound(ByteBuffer(bytes: part))
      }
      if number % 4 < 2 { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
      await loop.run()
      var outcome = "nothing"
      while let part = try await channel.readOutbound(as: ByteBuffer.self) {
        if outcome == "nothing" { outcome = Self.kind(of: Array(part.readableBytesView)) }
      }
      try? await channel.close()
      await loop.run()
      return outcome
    }
  }

  /// The status of HTTP/1.1, or that frames came.
  private static func kind(of answer: [UInt8]) -> String {
    answer.starts(with: "HTTP/1.1 ".utf8)
      ? String(decoding: answer.prefix(12).suffix(3), as: UTF8.self) : "frames"
  }
}
