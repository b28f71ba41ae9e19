/// The state of an HTTP/2 connection: when to ping its client, and when to end. A pure state machine, without
/// a channel or a clock.
struct HTTP2ConnectionState {
  enum Action: Equatable {
    /// Waits for an idle period.
    case wait
    /// Pings the client, and waits again.
    case ping
    /// Sends GOAWAY and closes.
    case leave
    /// Closes after the current writes, if there are no streams then either.
    case end
  }

  private var streams = 0
  /// Whether a ping is unacknowledged.
  private var isPinged = false
  /// Whether nothing more is begun: the server stops, or the client sends nothing more.
  private var isEnding = false
  /// Whether the connection has failed and the client was notified.
  private var hasFailed = false

  var isEmpty: Bool { streams == 0 }

  /// Notes the number of streams after one has begun or ended.
  mutating func changed(streams count: Int) -> Action {
    streams = count
    isPinged = false
    return isEmpty && isEnding ? .end : .wait
  }

  /// Handles an idle period. A client that waits for a response, or sends slowly, may be silent; one that
  /// left without notice must not hold its streams for ever.
  mutating func timePassed() -> Action {
    guard !isEmpty, !isPinged else { return .leave }
    isPinged = true
    return .ping
  }

  /// Notes that the client has acknowledged a ping.
  mutating func pingAnswered() { isPinged = false }

  /// Begins nothing more; begun requests still get responses.
  mutating func beginsNothingMore() -> Action? {
    isEnding = true
    return isEmpty ? .end : nil
  }

  /// Notes that the client was notified of the connection's failure.
  mutating func saidFailure() { hasFailed = true }

  /// Whether an error ends the connection. An error of one stream has reset that stream, and the others
  /// continue.
  ///
  /// - Parameter isOfProtocol: whether HTTP/2 has detected it.
  func ends(byError isOfProtocol: Bool) -> Bool { hasFailed || !isOfProtocol }
}
