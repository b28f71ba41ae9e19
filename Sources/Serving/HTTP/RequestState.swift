import HTTPTypes
import NIOCore

/// The state of a connection's requests, which come one after the other: a pure state machine, without a
/// channel or a clock.
struct RequestState {
  /// The next action.
  enum Action {
    case nothing
    /// Asks for the body, as the client expects.
    case askForBody
    /// Responds to the head alone.
    case answer(ServerResponse)
    case fail(any Error)
    /// Starts work on the complete request. `began` takes the work.
    case work(RequestBody, Route.Use)
    case close
  }

  private enum Phase {
    case idle
    case reading(RequestBody, Route.Use)
    /// The request is complete, and its response is being made.
    case working(any Cancellable)
    /// The response came before the request's end, which is discarded.
    case passingOver
    /// Nothing more is read.
    case closed
  }

  private let limits: RequestBody.Limits
  private let budget: ByteBudget
  private var phase = Phase.idle
  /// The current request, or the last one; `nil` for input that was no request.
  private(set) var request: HTTPRequest?
  /// Whether the client wants only the head of the response.
  private(set) var isHeadOnly = false
  /// Whether the connection ends with this response.
  private(set) var isLast = false

  init(limits: RequestBody.Limits, budget: ByteBudget) {
    self.limits = limits
    self.budget = budget
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }

  /// Whether the response that is being made is still wanted.
  var isWorking: Bool { if case .working = phase { true } else { false } }

  /// Whether the rest of a request is still to come, for which the time is limited.
  var awaitsRest: Bool {
    switch phase {
    case .reading, .passingOver: true
    case .idle, .working, .closed: false
    }
  }

  /// - Parameter route: finds the route of a request.
  mutating func begin(_ head: HTTPRequest, _ route: (HTTPRequest) throws -> Route) -> Action {
    request = head
    isHeadOnly = head.method == .head
    let connection = head.headerFields[.connection]?.lowercased() ?? ""
    // Nothing is parsed behind a request for another protocol, which isn't granted.
    isLast = connection.contains("close") || connection.contains("upgrade") || head.method == .connect
    do {
      switch try route(head) {
      case .answer(let answer):
        phase = .passingOver
        return .answer(answer)
      case .body(let refused, let use):
        let announced = head.headerFields[.contentLength].flatMap { Int($0) }
        phase = .reading(
          try RequestBody(announced: announced, limits: limits, budget: budget, refused: refused), use)
        // curl asks before every body of more than 1 MB, and waits a second for the response.
        return head.headerFields[.expect]?.lowercased() == "100-continue" ? .askForBody : .nothing
      }
    } catch {
      return refuse(error)
    }
  }

  mutating func read(_ part: ByteBuffer) -> Action {
    guard case .reading(var body, let use) = phase else { return .nothing }
    phase = .idle  // Otherwise the body had two owners, and growing would copy it.
    do {
      try body.append(part)
      phase = .reading(body, use)
      return .nothing
    } catch {
      return refuse(error)
    }
  }

  /// Takes the request's end.
  mutating func end() -> Action {
    switch phase {
    case .reading(let body, let use):
      phase = .working(Uncancellable())
      return .work(body, use)
    case .passingOver:
      phase = .idle
      return isLast ? .close : .nothing
    case .idle, .working, .closed: return .nothing
    }
  }

  /// Takes the cancellable work on the request.
  mutating func began(_ work: any Cancellable) { phase = .working(work) }

  /// Notes that the response is made.
  ///
  /// - Returns: whether the connection ends with it; `nil` if it is no longer wanted.
  mutating func finish() -> Bool? {
    guard isWorking else { return nil }
    // A pipelined request comes as soon as this response is written.
    phase = isLast ? .closed : .idle
    return isLast
  }

  /// Handles a request whose rest is late; the connection is closed behind the response, if there is one.
  mutating func timeIsOver() -> Action {
    guard case .reading(let body, _) = phase else { return .nothing }
    isLast = true
    return refuse(body.refused(with: limits.late))
  }

  /// Handles the end of the client's input; the client may still read.
  mutating func inputClosed() -> Action {
    isLast = true
    return isWorking ? .nothing : .close
  }

  /// Handles input that is no request; the connection is closed behind the response, if there is one.
  mutating func unreadable(_ error: any Error) -> Action {
    switch phase {
    case .idle: request = nil
    case .reading: break
    case .working, .passingOver, .closed: return .nothing
    }
    (isHeadOnly, isLast) = (false, true)
    return .fail(error)
  }

  /// Reads nothing more.
  ///
  /// - Returns: the work to cancel.
  mutating func leave() -> (any Cancellable)? {
    defer { phase = .closed }
    if case .working(let work) = phase { return work }
    return nil
  }

  /// Responds before the request has ended.
  private mutating func refuse(_ error: any Error) -> Action {
    phase = .passingOver
    return .fail(error)
  }
}
