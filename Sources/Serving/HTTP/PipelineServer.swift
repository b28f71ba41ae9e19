import Dataflow
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals
import Vision

/// Serves pipelines over HTTP until it is told to stop, then answers what it has accepted.
public struct PipelineServer: Sendable {
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8000
    /// Bytes of one request's body.
    public var maximumBodyBytes = ImageLimits().maximumBytes
    /// Bytes of all requests' bodies in memory.
    public var maximumBodyBytesInFlight = 512 << 20
    /// A request's body must be here after so long.
    public var maximumBodySeconds = 60
    /// A connection on which nothing happens for so long is closed.
    public var idleTimeoutSeconds = 60
    /// Further connections wait to be accepted. Below the 1,024 files that a process may usually have open.
    public var maximumConnections = 900
    /// After the signal to stop, what isn't answered in so long is given up.
    public var shutdownSeconds = 25

    public init() {}
  }

  private let pipelines: [HostedPipeline]
  private let telemetry: Telemetry
  private let configuration: Configuration

  /// - Parameter telemetry: that which the pipelines tell of their requests.
  public init(
    _ pipelines: [HostedPipeline], telemetry: Telemetry = Telemetry(),
    _ configuration: Configuration = Configuration()
  ) {
    self.pipelines = pipelines
    self.telemetry = telemetry
    self.configuration = configuration
  }

  /// Runs until SIGTERM or SIGINT and returns when everything accepted is answered.
  ///
  /// - Parameter onReady: called with the port once requests are answered.
  /// - Throws: `ServerError` if the address can't be had; `WarmUpError` if a pipeline doesn't work.
  public func run(onReady: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    for pipeline in pipelines { try await pipeline.warmUp() }
    // One thread is enough for all connections: what takes time runs on the pipelines' own threads.
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    // The server's own log has nothing for users: failures go to the client that caused them.
    var logger = Logger(label: "drivetrain", factory: StreamLogHandler.standardError(label:))
    logger.logLevel = .critical
    var services = ServiceGroupConfiguration(
      services: [server(on: loops, logger: logger, onReady: onReady)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    services.maximumGracefulShutdownDuration = .seconds(configuration.shutdownSeconds)
    let group = ServiceGroup(configuration: services)
    telemetry.observe { [pipelines] in pipelines }
    let observation = Task { [telemetry] in await telemetry.run() }
    do {
      try await group.run()
    } catch {
      observation.cancel()
      await observation.value
      throw ServerError(error, configuration)
    }
    try? await loops.shutdownGracefully()
    let pipelines = pipelines
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        for pipeline in pipelines { pipeline.drain() }
        continuation.resume()
      }
    }
    observation.cancel()
    await observation.value
  }

  private func server(
    on loops: MultiThreadedEventLoopGroup, logger: Logger, onReady: @escaping @Sendable (Int) -> Void
  ) -> any Service {
    let routes = PipelineRoutes(
      pipelines: Dictionary(pipelines.map { ($0.name, $0) }) { first, _ in first }, telemetry: telemetry)
    let budget = BodyBudget(
      maximum: max(configuration.maximumBodyBytesInFlight, configuration.maximumBodyBytes))
    let limits = RequestBody.Limits(
      maximumBytes: configuration.maximumBodyBytes,
      maximumTime: Nanoseconds(clamping: configuration.maximumBodySeconds) &* 1_000_000_000)
    let channel = RequestChannel(idleTimeout: .seconds(configuration.idleTimeoutSeconds)) {
      RequestHandler(limits: limits, budget: budget, route: routes.route)
    }
    return channel.server(
      configuration: ServerConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
      onServerRunning: { onReady($0.localAddress?.port ?? 0) }, eventLoopGroup: loops, logger: logger)
  }
}

/// Why the server can't listen.
public struct ServerError: Error, CustomStringConvertible {
  public let description: String

  init(_ error: any Error, _ configuration: PipelineServer.Configuration) {
    let (host, port) = (configuration.host, configuration.port)
    description =
      switch (error as? IOError)?.errnoCode {
      case EADDRINUSE: "port \(port) of \(host) is in use; choose another with --port"
      case EACCES: "port \(port) needs more rights; choose one above 1023 with --port"
      case EADDRNOTAVAIL: "\(host) is not an address of this machine; choose another with --host"
      case let code?: "can't listen on \(host), port \(port): \(String(cString: strerror(code)))"
      case nil where error is SocketAddressError.UnknownHost:
        "there is no host '\(host)'; choose another with --host"
      case nil: "can't listen on \(host), port \(port): \(error)"
      }
  }
}
