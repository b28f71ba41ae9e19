/// When a connection of HTTP/2 asks whether its client is still there, and when it ends: a pure state
/// machine, without a channel or a clock.
struct HTTP2ConnectionState {
  enum Action: Equatable {
    /// Waits until nothing has happened for a while.
    case wait
    /// Asks the client for a sign of life, and waits again.
    case ping
    /// Says goodbye and closes.
    case leave
    /// Closes behind what is being written, if there are no streams then either.
    case end
  }

  private var streams = 0
  /// Whether the client owes an answer to a ping.
  private var isPinged = false
  /// Nothing more is begun: the server stops, or the client says nothing more.
  private var isEnding = false
  /// The connection can't go on, and the client was told so.
  private var hasFailed = false

  var isEmpty: Bool { streams == 0 }

  /// A stream has begun or ended.
  mutating func changed(streams count: Int) -> Action {
    streams = count
    isPinged = false
    return isEmpty && isEnding ? .end : .wait
  }

  /// Nothing has happened for a while. A client that waits for something, or sends it slowly, may be silent;
  /// one that has gone without a word must not hold its streams for ever.
  mutating func timePassed() -> Action {
    guard !isEmpty, !isPinged else { return .leave }
    isPinged = true
    return .ping
  }

  /// The client has answered a ping.
  mutating func pingAnswered() { isPinged = false }

  /// Nothing more is begun; what was begun is answered.
  mutating func beginsNothingMore() -> Action? {
    isEnding = true
    return isEmpty ? .end : nil
  }

  /// The client was told that the connection can't go on.
  mutating func saidFailure() { hasFailed = true }

  /// Whether an error ends the connection. What is wrong with one stream has reset that one, and the others
  /// go on.
  ///
  /// - Parameter isOfProtocol: whether HTTP/2 has found it.
  func ends(byError isOfProtocol: Bool) -> Bool { hasFailed || !isOfProtocol }
}
