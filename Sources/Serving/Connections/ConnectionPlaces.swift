import Dataflow
import Foundation
import NIOCore

/// The maximum of connections on all ports together: each needs a file, whose number is limited in a process.
///
/// Used by the event loop's thread alone.
final class ConnectionPlaces: Sendable {
  private struct State {
    var taken = 0
    /// Ports that wait for a place.
    var waiting: [() -> Void] = []
  }

  private let maximum: Int
  private let state: NIOLoopBoundBox<State>

  /// - Parameter loop: the event loop of all ports.
  init(maximum: Int, loop: any EventLoop) {
    self.maximum = maximum
    state = .makeBoxSendingValue(State(), eventLoop: loop)
  }

  var areThere: Bool { state.value.taken < maximum }

  func take() { state.value.taken += 1 }

  func giveBack() {
    state.value.taken -= 1
    let waiting = state.value.waiting
    state.value.waiting = []
    for proceed in waiting { proceed() }
  }

  /// - Parameter proceed: called once, when there is a place.
  func wait(_ proceed: @escaping () -> Void) { state.value.waiting.append(proceed) }
}

/// Accepts a port's connections while there are places. It pauses for a moment after the system has refused
/// one, since the system would refuse the next ones too.
///
/// Used by the event loop's thread alone.
final class ConnectionAcceptor: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private static let pause = TimeAmount.milliseconds(100)

  private let places: ConnectionPlaces
  private var isPausing = false
  private var isReadHeld = false

  init(_ places: ConnectionPlaces) { self.places = places }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    places.take()
    let places = places
    unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in places.giveBack() }
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    guard !places.areThere else { return context.read() }
    guard !isReadHeld else { return }
    isReadHeld = true
    places.wait { [self] in
      isReadHeld = false
      read(context: context)
    }
  }

  /// Connections that can't be accepted wait, and are accepted later.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else {
      return context.fireErrorCaught(error)
    }
    guard !isPausing else { return }
    isPausing = true
    // The read that failed is still wanted, and would be retried at once.
    try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    _ = context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self, channel = context.channel] in
      isPausing = false
      try? channel.syncOptions?.setOption(.autoRead, value: true)
    }
  }
}
