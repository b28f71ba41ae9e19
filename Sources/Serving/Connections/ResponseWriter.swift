import NIOCore
import NIOHTTPTypes

/// Sends the bodies of responses over a connection or a stream, piece by piece.
///
/// A stream whose client reads nothing for a time is dropped; with its connection, if that is idle too. (For
/// a connection without streams, its `ConnectionFlowHandler` does that.)
///
/// Used by the event loop's thread alone.
final class ResponseWriter {
  private static let piece = 64 << 10
  /// The number of checks for progress within a client's time.
  private static let looks: Int64 = 12

  private let answers: UnsentResponses
  /// Bytes that are not sent yet.
  private(set) var unsent = 0
  private var lastProgress = NIODeadline.now()
  private var watch: Scheduled<Void>?
  /// Called outside of a write, after something was sent.
  var progressed: (() -> Void)?

  init(_ answers: UnsentResponses) { self.answers = answers }

  /// Writes a part of a response, without a flush.
  func write(_ body: ByteBuffer, of share: UnsentResponses.Share, _ context: ChannelHandlerContext) {
    var rest = body
    while let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)), piece.readableBytes > 0 {
      write(piece, share, context)
    }
  }

  private func write(_ piece: ByteBuffer, _ share: UnsentResponses.Share, _ context: ChannelHandlerContext) {
    if unsent == 0 { lastProgress = .now() }
    let count = piece.readableBytes
    unsent += count
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { [self, loop = context.eventLoop] result in
      withExtendedLifetime(share) {}
      sent(count, result, loop)
    }
    context.write(NIOAny(HTTPResponsePart.body(piece)), promise: promise)
    if watch == nil, context.channel.parent != nil { startWatch(context) }
  }

  private func sent(_ count: Int, _ result: Result<Void, any Error>, _ loop: any EventLoop) {
    unsent -= count
    if unsent == 0 { stop() }
    guard case .success = result else { return }
    lastProgress = .now()
    answers.lastProgress = lastProgress
    guard progressed != nil else { return }
    loop.assumeIsolated().execute { [self] in progressed?() }
  }

  private func startWatch(_ context: ChannelHandlerContext) {
    let interval = TimeAmount.nanoseconds(answers.patience.nanoseconds / Self.looks)
    watch = context.eventLoop.assumeIsolated().scheduleTask(in: interval) { [self] in look(context) }
  }

  private func look(_ context: ChannelHandlerContext) {
    watch = nil
    let now = NIODeadline.now()
    guard now - lastProgress >= answers.patience else { return startWatch(context) }
    let isAlone = now - answers.lastProgress >= answers.patience
    let channel = isAlone ? context.channel.parent ?? context.channel : context.channel
    channel.triggerUserOutboundEvent(ConnectionFlowHandler.Event.abandon, promise: nil)
  }

  func stop() {
    watch?.cancel()
    watch = nil
  }
}
