import Foundation
import NIOCore
import NIOFoundationCompat
import NIOPosix
import NIOSSL

/// Sends images or tensors to a server and measures the responses.
///
/// Everything runs on one thread: it shares the machine with the server, and takes time from it.
public struct LoadGenerator: Sendable {
  /// The target, the number and pace of requests, and the duration.
  public struct Configuration: Sendable {
    public var target: LoadTarget
    /// At least one.
    public var bodies: [LoadBody]
    public var mix: ImageMix
    public var pacing: LoadPacing
    /// Seconds of the measurement, after the warm-up.
    public var seconds: Double
    public var warmUpSeconds = 1.0
    /// The seed of Poisson arrivals.
    public var seed: UInt64 = 1

    public init(
      target: LoadTarget, bodies: [LoadBody], mix: ImageMix, pacing: LoadPacing, seconds: Double
    ) {
      self.target = target
      self.bodies = bodies
      self.mix = mix
      self.pacing = pacing
      self.seconds = seconds
    }
  }

  /// The duration of the server's measurement of inference alone.
  private static let inferenceOnlySeconds = 2.0
  /// The time limit of calls before and after the load.
  private static let callLimit = TimeAmount.seconds(30)

  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Runs the load. After an interruption, it reports on the responses so far.
  ///
  /// - Parameters:
  ///   - isInterrupted: called ten times a second, on another thread.
  ///   - observe: called once a second, on another thread; must not block.
  /// - Throws: `LoadError` if there is no such server or model, or it refuses the first image.
  public func run(
    isInterrupted: @escaping @Sendable () -> Bool = { false },
    observe: @escaping @Sendable (LoadProgress) -> Void = { _ in }
  ) async throws -> LoadReport {
    let address = try configuration.target.address()
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let report = try await run(on: loops.next(), at: address, isInterrupted, observe)
      try await loops.shutdownGracefully()
      return report
    } catch {
      try? await loops.shutdownGracefully()
      throw error
    }
  }

  private func run(
    on loop: any EventLoop, at address: SocketAddress, _ isInterrupted: @escaping @Sendable () -> Bool,
    _ observe: @escaping @Sendable (LoadProgress) -> Void
  ) async throws -> LoadReport {
    var target = configuration.target
    if !target.isComplete { target = target.model(try await onlyModel(of: target, at: address, on: loop)) }
    try await checkThatItAnswers(target, at: address, on: loop)
    let result = await withCheckedContinuation { continuation in
      loop.execute { [configuration, target] in
        LoadDriver(
          configuration, to: target, at: address, on: loop, isInterrupted: isInterrupted, observe: observe
        ) { continuation.resume(returning: $0) }.start()
      }
    }
    let alone = result.wasInterrupted ? nil : await inferenceOnlyThroughput(target, at: address, on: loop)
    return LoadReport(result, inferenceOnlyThroughput: alone)
  }

  /// The name of the server's only model.
  private func onlyModel(of target: LoadTarget, at address: SocketAddress, on loop: any EventLoop)
    async throws
    -> String
  {
    struct Model: Decodable { let name: String }
    let body = ByteBuffer(string: #"{"ready":true}"#)
    let head = target.head("/v2/repository/index", contentType: "application/json", bytes: body.readableBytes)
    let answer = try await call(
      HTTPCall(head: head, body: body, target: target), target, at: address, on: loop)
    guard answer.status == 200,
      let models = try? JSONDecoder().decode([Model].self, from: Data(buffer: answer.body))
    else {
      throw LoadError(
        "the server at \(target.authority) doesn't list its models; name one: \(target.server)/v2/models/NAME"
      )
    }
    let names = Set(models.map(\.name)).sorted()
    guard names.count == 1 else {
      throw LoadError(
        names.isEmpty
          ? "the server at \(target.authority) has no model"
          : "the server at \(target.authority) has several models: \(names.joined(separator: ", ")); name one: "
            + "\(target.server)/v2/models/\(names[0])")
    }
    return names[0]
  }

  /// Sends the first body: an impossible request is better reported at once than counted for a minute.
  private func checkThatItAnswers(_ target: LoadTarget, at address: SocketAddress, on loop: any EventLoop)
    async throws
  {
    let answer = try await send(configuration.bodies[0], to: target.path, target, at: address, on: loop)
    // The server may be busy, or fail now and then: the load counts that.
    guard 400..<500 ~= answer.status, answer.status != 429 else { return }
    let reason = try? JSONDecoder().decode([String: String].self, from: Data(buffer: answer.body))["error"]
    throw LoadError(
      "\(target.server)\(target.path) responds with \(answer.status)" + (reason.map { ": \($0)" } ?? ""))
  }

  /// Images a second of the network alone, measured by the server; `nil` if it doesn't measure that.
  private func inferenceOnlyThroughput(
    _ target: LoadTarget, at address: SocketAddress, on loop: any EventLoop
  ) async
    -> Double?
  {
    struct Sample: Decodable { let throughput: Double }
    guard let path = target.inferenceOnly(seconds: Self.inferenceOnlySeconds),
      let answer = try? await send(configuration.bodies[0], to: path, target, at: address, on: loop),
      answer.status == 200
    else { return nil }
    return try? JSONDecoder().decode(Sample.self, from: Data(buffer: answer.body)).throughput
  }

  private func send(
    _ body: LoadBody, to path: String, _ target: LoadTarget, at address: SocketAddress,
    on loop: any EventLoop
  ) async throws -> HTTPCall.Answer {
    let call = HTTPCall(
      head: target.head(of: body, path), body: body.body, target: target, wantsBeginning: true)
    return try await self.call(call, target, at: address, on: loop)
  }

  /// - Parameter error: BoringSSL's text.
  private static func reason(ofTLS error: String) -> String {
    if error.contains("WRONG_VERSION_NUMBER") { return "it doesn't speak TLS; begin the URL with http://" }
    if error.contains("CERTIFICATE_VERIFY_FAILED") || error.contains("unableToValidateCertificate") {
      return
        "its certificate isn't trusted; --cacert FILE names one that vouches for it, --insecure trusts every one"
    }
    return "TLS can't be begun with it; --cacert FILE names a certificate to trust"
  }

  private func call(
    _ call: HTTPCall, _ target: LoadTarget, at address: SocketAddress, on loop: any EventLoop
  ) async throws -> HTTPCall.Answer {
    do {
      return try await call.answer(from: address, on: loop, within: Self.callLimit)
    } catch let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode) {
      throw LoadError(
        "the server at \(target.authority) ends the connection without a response; it may want https://")
    } catch let error as IOError {
      throw LoadError(
        "there is no server at \(target.authority): \(String(cString: strerror(error.errnoCode)))")
    } catch let error where error is NIOSSLError || error is BoringSSLError {
      throw LoadError("\(target.authority): \(Self.reason(ofTLS: "\(error)"))")
    } catch ChannelError.connectTimeout {
      throw LoadError("there is no server at \(target.authority): it doesn't respond")
    } catch {
      throw LoadError("the program at \(target.authority) is no inference server: \(error)")
    }
  }
}
