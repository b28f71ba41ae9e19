import Foundation
import Hummingbird
import Logging
import NIOCore
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
    /// A connection on which nothing happens for so long is closed.
    public var idleTimeoutSeconds = 60

    public init() {}
  }

  private let pipelines: [HostedPipeline]
  private let configuration: Configuration

  public init(_ pipelines: [HostedPipeline], _ configuration: Configuration = Configuration()) {
    self.pipelines = pipelines
    self.configuration = configuration
  }

  /// Runs until SIGTERM or SIGINT and returns when everything accepted is answered.
  ///
  /// - Parameter onReady: called with the port once requests are answered.
  /// - Throws: `ServerError` if the address can't be had.
  public func run(onReady: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    var logger = Logger(label: "drivetrain")
    logger.logLevel = .error
    let routes = PipelineRoutes(
      pipelines: Dictionary(pipelines.map { ($0.name, $0) }) { first, _ in first },
      bodies: BodyReader(
        maximumBytes: configuration.maximumBodyBytes, maximumTotal: configuration.maximumBodyBytesInFlight))
    let application = Application(
      router: routes.router(),
      server: .http1(configuration: .init(idleTimeout: .seconds(Int64(configuration.idleTimeoutSeconds)))),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "drivetrain"),
      onServerRunning: { onReady($0.localAddress?.port ?? 0) },
      logger: logger)
    do {
      try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
    } catch let error as IOError {
      throw ServerError(error, host: configuration.host, port: configuration.port)
    }
    let pipelines = pipelines
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        for pipeline in pipelines { pipeline.drain() }
        continuation.resume()
      }
    }
  }
}

/// Why the server can't listen.
public struct ServerError: Error, CustomStringConvertible {
  public let description: String

  init(_ error: IOError, host: String, port: Int) {
    description =
      switch error.errnoCode {
      case EADDRINUSE: "port \(port) of \(host) is in use; choose another with --port"
      case EACCES: "port \(port) needs more rights; choose one above 1023 with --port"
      default: "can't listen on \(host):\(port): \(String(cString: strerror(error.errnoCode)))"
      }
  }
}
