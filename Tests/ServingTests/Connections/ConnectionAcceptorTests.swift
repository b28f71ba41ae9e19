import NIOCore
import NIOPosix
import Testing

@testable import Serving

@Suite struct ConnectionAcceptorTests {
  /// The system has no file for a connection: it isn't asked again at once, and is later.
  @Test func pausesWithoutFiles() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let server = try await ServerBootstrap(group: loop)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ConnectionAcceptor(ConnectionPlaces(maximum: 10, loop: channel.eventLoop)))
        }
      }
      .childChannelInitializer { $0.eventLoop.makeSucceededVoidFuture() }
      .bind(host: "127.0.0.1", port: 0).get()
    #expect(try await server.getOption(.autoRead).get())
    server.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
    #expect(try await !server.getOption(.autoRead).get())
    var isReading = false
    for _ in 0..<1000 where !isReading {
      try await Task.sleep(for: .milliseconds(10))
      isReading = try await server.getOption(.autoRead).get()
    }
    #expect(isReading)
    let client = try await ClientBootstrap(group: loop).connect(to: try #require(server.localAddress)).get()
    #expect(client.isActive)
    try await client.close()
    try await server.close()
  }
}
