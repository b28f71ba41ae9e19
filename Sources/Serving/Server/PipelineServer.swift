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

/// Serves models over HTTP and gRPC until it is stopped, then completes the accepted requests.
public struct PipelineServer: Sendable {
  /// The addresses of the server, and the limits on its clients.
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8000
    /// The port for gRPC; 0 lets the system choose, `nil` means none. (Both ports serve both protocols.)
    public var grpcPort: Int?
    public var security = TransportSecurity.none
    /// Maximum bytes of one request's body.
    public var maximumBodyBytes = ImageLimits().maximumBytes
    /// Maximum bytes of one request's JSON, without binary tensors behind it.
    public var maximumJSONBytes = ImageLimits().maximumBytes
    /// Origins of pages that may send requests from a browser.
    public var origins: CrossOriginPolicy?
    /// Maximum bytes of all requests' bodies in memory.
    public var maximumBodyBytesInFlight = 512 << 20
    /// Maximum bytes of one response, and of all unread responses of one connection.
    public var maximumAnswerBytes = 128 << 20
    /// Maximum bytes of all unread responses.
    public var maximumAnswerBytesInFlight = 512 << 20
    /// The time for a request's body to arrive.
    public var maximumBodySeconds = 60
    /// The time after which an idle connection is closed, as is one whose client reads nothing.
    public var idleTimeoutSeconds = 60
    /// Maximum connections of all ports. Further ones wait to be accepted. A lower limit on open files
    /// reduces it.
    public var maximumConnections = 16_384
    /// The time after the signal to stop until unfinished requests are abandoned.
    public var shutdownSeconds = 25

    public init() {}
  }

  private let host: ModelHost
  private let telemetry: Telemetry
  private let configuration: Configuration

  /// - Parameters:
  ///   - host: a started host.
  ///   - telemetry: the pipelines' own telemetry.
  public init(
    _ host: ModelHost, telemetry: Telemetry = Telemetry(),
    _ configuration: Configuration = Configuration()
  ) {
    self.host = host
    self.telemetry = telemetry
    self.configuration = configuration
  }

  /// Maximum connections that wait to be accepted, as far as the system allows (`net.core.somaxconn`).
  /// Further ones are dropped, and their clients retry after a second, then after two, four…
  private static let backlog = 4096

  /// Runs until SIGTERM or SIGINT, and returns when all accepted requests are completed.
  ///
  /// - Parameter onReady: called with the ports, gRPC's last if there is one, once requests are served.
  /// - Throws: `ServerError` if the address is unavailable.
  public func run(onReady: @escaping @Sendable ([Int]) -> Void = { _ in }) async throws {
    // One thread is enough for all connections: slow work runs on the pipelines' own threads.
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    // The server library's log has nothing for users: failures go to the client that caused them.
    var logger = Logger(label: "drivetrain", factory: StreamLogHandler.standardError(label:))
    logger.logLevel = .critical
    let listening = Listening(
      on: [configuration.port] + [configuration.grpcPort].compactMap(\.self), then: onReady)
    let background = BackgroundWork(cores: ProcessInfo.processInfo.activeProcessorCount)
    let channel = connections(background)
    let files = OpenFiles.raiseLimit()
    // Some files are for models, traces and collectors, and for the ports.
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
    // After the last response, which an event loop writes.
    try? await loops.shutdownGracefully()
    await background.shutdown()
    observation.cancel()
    await observation.value
  }

  /// Sets up connections for channels without a port, with all protocols of a port.
  package func connections() -> @Sendable (any Channel) -> EventLoopFuture<Void> {
    let connection = connections(BackgroundWork(cores: ProcessInfo.processInfo.activeProcessorCount))
    let logger = Logger(label: "drivetrain") { _ in SwiftLogNoOpLogHandler() }
    return { channel in connection.setup(channel: channel, logger: logger).map { _ in } }
  }

  /// The port on which the server can't listen.
  private var busyPort: Int {
    get async {
      guard let grpcPort = configuration.grpcPort, grpcPort != 0,
        await !Self.isFree(port: grpcPort, of: configuration.host)
      else { return configuration.port }
      return grpcPort
    }
  }

  /// Whether a port was free a moment ago.
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
      maximumAnswerBytes: configuration.maximumAnswerBytes,
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

/// Stops the loading of models, and the waiting for it, at the signal to stop.
private struct ChangesEnd: Service {
  let host: ModelHost
  let log: ServerLog

  func run() async throws {
    try await gracefulShutdown()
    log.tell(.info, "stopping: accepted requests are completed first")
    host.close()
  }
}

/// The ports on which the server listens so far.
private final class Listening: Sendable {
  let ports: [Int]
  private let chosen: Locked<[Int?]>
  private let then: @Sendable ([Int]) -> Void

  /// - Parameter then: called once the server listens on all.
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

/// An error: the server can't listen.
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
