import Foundation
import NIOCore
import NIOEmbedded
import Planning
import Serving
import TestSupport
import Wire

/// What clients send over a connection, read by all that the server puts on one, with models behind it.
enum ConnectionTargets {
  static func http1() async throws -> FuzzTarget {
    try await target(RequestTargets.samples.http1.map { Array($0) })
  }

  static func http2() async throws -> FuzzTarget {
    let preface = Array(HTTP2Connection.preface)
    return try await target(
      RequestTargets.samples.http2.map { Array($0.dropFirst(preface.count)) }, head: preface)
  }

  private static func target(_ samples: [[UInt8]], head: [UInt8] = []) async throws -> FuzzTarget {
    let folder = try TemporaryFolder()
    let network = try WideNetwork()
    let identity = try folder.write(
      SampleRequests.identity.data, to: "\(SampleRequests.identityName).onnx")
    let host = ModelHost()
    try await host.start([network.model, identity, try PipelineFile().write(to: folder)])
    let server = PipelineServer(host)
    let connect = server.connections()
    let loop = NIOAsyncTestingEventLoop()
    return FuzzTarget(head: head, samples: samples) { bytes, number in
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
      var answer: [UInt8] = []
      while let part = try await channel.readOutbound(as: ByteBuffer.self) {
        answer += Array(part.readableBytesView)
      }
      try? await channel.close()
      await loop.run()
      // Time passes, for what waits for its end.
      if number % 256 == 255 { await loop.advanceTime(by: .seconds(600)) }
      return kind(of: answer)
    }
  }

  /// The first status of HTTP/1.1; or whether frames of HTTP/2 end streams, or all of the connection.
  private static func kind(of answer: [UInt8]) -> String {
    guard !answer.isEmpty else { return "nothing" }
    if answer.starts(with: "HTTP/1.1 ".utf8) { return String(decoding: answer[9..<12], as: UTF8.self) }
    var (rest, kinds) = (answer[...], Set<UInt8>())
    while rest.count >= 9 {
      kinds.insert(rest[rest.startIndex + 3])
      rest = rest.dropFirst(9 + rest.prefix(3).reduce(0) { $0 << 8 | Int($1) })
    }
    return kinds.contains(7) ? "connection ended" : kinds.contains(3) ? "stream reset" : "frames"
  }
}
