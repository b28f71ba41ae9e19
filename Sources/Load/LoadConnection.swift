import Basics
import NIOCore

/// A keep-alive connection that sends a request, waits for its response, and notifies the driver.
///
/// Used by the event loop's thread alone.
final class LoadConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  struct Request {
    /// The time at which it should have been sent.
    let since: Nanoseconds
    /// The time at which it was sent.
    let sent: Nanoseconds
  }

  let id: Int
  /// The request without a response yet.
  private(set) var request: Request?
  private let driver: LoadDriver
  private var context: ChannelHandlerContext?
  private var reader = ResponseReader()
  private var isLast = false
  private var failure = LoadTally.Failure.connection

  init(_ id: Int, driver: LoadDriver) {
    self.id = id
    self.driver = driver
  }

  /// - Parameter head, body: the bytes to send, which all requests share without copies.
  func send(_ head: ByteBuffer, _ body: ByteBuffer, _ request: Request) {
    guard let context else { return }
    self.request = request
    // Both go into one system call.
    context.write(wrapOutboundOut(head), promise: nil)
    context.writeAndFlush(wrapOutboundOut(body), promise: nil)
  }

  func close() { context?.close(promise: nil) }

  /// Ends a request whose response takes too long.
  func giveUp() {
    failure = .timeout
    close()
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    driver.canSend(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    do {
      // A response without a request is malformed.
      guard request != nil else { throw ResponseReader.Malformed() }
      if let answer = try reader.read(&bytes) { finish(answer) }
    } catch {
      failure = .malformed
      close()
    }
  }

  private func finish(_ answer: ResponseReader.Answer) {
    guard let request else { return }
    self.request = nil
    isLast = !answer.keepsOpen
    driver.finished(request, LoadTally.Outcome(answer))
    if isLast { close() } else { driver.canSend(self) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    if let answer = reader.end() { finish(answer) }
    if let request {
      self.request = nil
      driver.finished(request, .failed(failure))
    }
    driver.lost(self, wasExpected: isLast)
  }
}

extension LoadTally.Outcome {
  fileprivate init(_ answer: ResponseReader.Answer) {
    guard 200..<300 ~= answer.status else {
      self = .status(answer.status)
      return
    }
    self = answer.hasError ? .failed(.error) : .ok(timing: answer.serverTiming)
  }
}
