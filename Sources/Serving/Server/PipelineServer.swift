import Basics
import Dataflow
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals
import Vision

/// Serves models over HTTP and gRPC until it is told to stop, then answers what it has accepted.
public struct PipelineServer: Sendable {
  /// Where it listens, and the limits of what clients may do.
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8000
    /// For gRPC; 0 lets the system choose, `nil`: none of its own. (Both ports speak everything.)
    public var grpcPort: Int?
    public var security = TransportSecurity.none
    /// Bytes of one request's body.
    public var maximumBodyBytes = ImageLimits().maximumBytes
    /// Bytes of one request's JSON, without binary tensors behind it.
    public var maximumJSONBytes = ImageLimits().maximumBytes
    /// Origins of pages that may ask from a browser.
    public var origins: CrossOriginPolicy?
    /// Bytes of all requests' bodies in memory.
    public var maximumBodyBytesInFlight = 512 << 20
    /// Bytes of one answer, and of all answers that one connection has not read.
    public var maximumAnswerBytes = 128 << 20
    /// Bytes of all answers that are not read yet.
    public var maximumAnswerBytesInFlight = 512 << 20
    /// A request's body must be here after so long.
    public var maximumBodySeconds = 60
    /// A connection on which nothing happens for so long is closed, as is one whose client reads nothing of
    /// its answers.
    public var idleTimeoutSeconds = 60
    /// Of all ports. Further connections wait to be accepted. Fewer where the system lets the process have
    /// fewer files open.
    public var maximumConnections = 16_384
    /// After the signal to stop, what isn't answered in so long is given up.
    public var shutdownSeconds = 25

    public init() {}
  }

  private let host: ModelHost
  private let telemetry: Telemetry
  private let configuration: Configuration

  /// - Parameters:
  ///   - host: which has been started.
  ///   - telemetry: that which the pipelines tell of their requests.
  public init(
    _ host: ModelHost, telemetry: Telemetry = Telemetry(),
    _ configuration: Configuration = Configuration()
  ) {
    self.host = host
    self.telemetry = telemetry
    self.configuration = configuration
  }

  /// Connections that may wait to be taken, as far as the system lets them (`net.core.somaxconn`). Those
  /// beyond are dropped, and their clients try again after a second, then after two, four…
  private static let backlog = 4096

  /// Runs until SIGTERM or SIGINT and returns when everything accepted is answered.
  ///
  /// - Parameter onReady: called with the ports, that of gRPC last if there is one, once requests are
  ///   answered.
  /// - Throws: `ServerError` if the address can't be had.
  public func run(onReady: @escaping @Sendable ([Int]) -> Void = { _ in }) async throws {
    // One thread is enough for all connections: what takes time runs on the pipelines' own threads.
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    // The server's own log has nothing for users: failures go to the client that caused them.
    var logger = Logger(label: "drivetrain", factory: StreamLogHandler.standardError(label:))
    logger.logLevel = .critical
    let listening = Listening(
      on: [configuration.port] + [configuration.grpcPort].compactMap(\.self), then: onReady)
    let background = BackgroundWork(cores: ProcessInfo.processInfo.activeProcessorCount)
    let channel = connections(background)
    let files = OpenFiles.raiseLimit()
    // Some are for models, traces and collectors, and for the ports.
    let most = min(max(files - 124, files / 2), files - OpenFiles.count - listening.ports.count - 4)
    let places = ConnectionPlaces(
      maximum: max(1, min(configuration.maximumConnections, most)), loop: loops.next())
    var services = ServiceGroupConfiguration(
      services: listening.ports.indices.map { index in
        channel.server(
          configuration: ServerConfiguration(
            address: .hostname(configuration.host, port: listening.ports[index]),
            backlog: Self.backlog),
          onServerRunning: { channel in
            try? await channel.eventLoop.submit {
              try channel.pipeline.syncOperations.addHandler(ConnectionAcceptor(places), position: .first)
            }.get()
            listening.began(index, on: channel.localAddress?.port ?? 0)
          }, eventLoopGroup: loops, logger: logger)
      } + [ChangesEnd(host: host, log: telemetry.log)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    services.maximumGracefulShutdownDuration = .seconds(configuration.shutdownSeconds)
    let group = ServiceGroup(configuration: services)
    telemetry.observe({ [host] in host.pipelines }, working: { [host] in host.working })
    let observation = Task { [telemetry] in
      async let upkeep: Void = MemoryTrim.giveBack(every: .seconds(5)) { [telemetry] in
        telemetry.log.catchUp()
      }
      await telemetry.run()
      await upkeep
    }
    do {
      try await group.run()
    } catch {
      observation.cancel()
      await observation.value
      throw ServerError(error, configuration, port: await busyPort)
    }
    await host.drain(within: Double(configuration.shutdownSeconds))
    // After the last answer, which is made on a loop.
    try? await loops.shutdownGracefully()
    await background.shutdown()
    observation.cancel()
    await observation.value
  }

  /// Makes connections of channels that come from elsewhere than a port: each speaks all that a port's does.
  package func connections() -> @Sendable (any Channel) -> EventLoopFuture<Void> {
    let connection = connections(BackgroundWork(cores: ProcessInfo.processInfo.activeProcessorCount))
    let logger = Logger(label: "drivetrain") { _ in SwiftLogNoOpLogHandler() }
    return { channel in connection.setup(channel: channel, logger: logger).map { _ in } }
  }

  /// The one that can't be listened on.
  private var busyPort: Int {
    get async {
      guard let grpcPort = configuration.grpcPort, grpcPort != 0,
        await !Self.isFree(port: grpcPort, of: configuration.host)
      else { return configuration.port }
      return grpcPort
    }
  }

  /// Whether a port could be listened on a moment ago.
  public static func isFree(port: Int, of host: String) async -> Bool {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    guard let channel = try? await bootstrap.bind(host: host, port: port).get() else { return false }
    try? await channel.close()
    return true
  }

  private func connections(_ background: BackgroundWork) -> ConnectionChannel {
    let routes = PipelineRoutes(
      host: host, tracer: telemetry.tracer, maximumJSONBytes: configuration.maximumJSONBytes,
      observation: telemetry.answer)
    let origins = configuration.origins
    let service = InferenceService(host: host, tracer: telemetry.tracer)
    let security = configuration.security
    let bodies = Self.budget(configuration.maximumBodyBytesInFlight, atLeast: configuration.maximumBodyBytes)
    let answers = Self.budget(
      configuration.maximumAnswerBytesInFlight, atLeast: configuration.maximumAnswerBytes)
    let patience = TimeAmount.seconds(Int64(configuration.idleTimeoutSeconds))
    let answerLimits = UnsentResponses.Limits(
      maximumBytes: configuration.maximumAnswerBytes, patience: patience)
    let limits = RequestBody.Limits(
      maximumBytes: configuration.maximumBodyBytes,
      maximumTime: Nanoseconds(clamping: configuration.maximumBodySeconds) &* 1_000_000_000)
    return ConnectionChannel(
      idleTimeout: patience, tls: security.tls, origins: origins,
      makeResponses: { UnsentResponses(answerLimits, of: answers, background: background) },
      makeHandler: { answers in
        RequestHandler(
          limits: limits, budget: bodies, background: background, answers: answers, log: telemetry.log
        ) { request in
          if let answer = origins?.preflight(request) { return .answer(answer) }
          try security.authorise(request)
          try CallDispatcher.refuseCall(request)
          return try routes.route(request)
        }
      },
      makeGRPCHandler: { answers in
        GRPCHandler(
          limits: limits, budget: bodies, background: background, answers: answers, log: telemetry.log,
          authorise: security.authorise, service: service.method)
      })
  }

  private static func budget(_ maximum: Int, atLeast one: Int) -> ByteBudget {
    let reserve = min(maximum / 8, 64 << 20)
    return ByteBudget(maximum: max(maximum, one + reserve), reserve: reserve)
  }
}

/// From the signal to stop on nothing more is loaded, and nobody waits for it.
private struct ChangesEnd: Service {
  let host: ModelHost
  let log: ServerLog

  func run() async throws {
    try await gracefulShutdown()
    log.tell(.info, "stopping: what was accepted is answered first")
    host.close()
  }
}

/// Which ports are listened on by now.
private final class Listening: Sendable {
  let ports: [Int]
  private let chosen: Locked<[Int?]>
  private let then: @Sendable ([Int]) -> Void

  /// - Parameter then: called once all are.
  init(on ports: [Int], then: @escaping @Sendable ([Int]) -> Void) {
    self.ports = ports
    self.then = then
    chosen = Locked(Array(repeating: nil, count: ports.count))
  }

  func began(_ index: Int, on port: Int) {
    let all = chosen.withLock { chosen in
      chosen[index] = port
      return chosen.allSatisfy { $0 != nil } ? chosen.compactMap(\.self) : nil
    }
    if let all { then(all) }
  }
}

/// Why the server can't listen.
public struct ServerError: Error, CustomStringConvertible {
  public let description: String

  init(_ error: any Error, _ configuration: PipelineServer.Configuration, port: Int) {
    let host = configuration.host
    let option = port == configuration.port ? "--port" : "--grpc-port"
    description =
      switch (error as? IOError)?.errnoCode {
      case EADDRINUSE: "port \(port) of \(host) is in use; choose another with \(option)"
      case EACCES: "port \(port) needs more rights; choose one above 1023 with \(option)"
      case EADDRNOTAVAIL: "\(host) is not an address of this machine; choose another with --host"
      case let code?: "can't listen on \(host), port \(port): \(String(cString: strerror(code)))"
      case nil where error is SocketAddressError.UnknownHost:
        "there is no host '\(host)'; choose another with --host"
      case nil: "can't listen on \(host), port \(port): \(error)"
      }
  }
}
