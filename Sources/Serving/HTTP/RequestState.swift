import HTTPTypes
import NIOCore

/// Where a connection is with its requests, which come one after the other: a pure state machine, without a
/// channel or a clock.
struct RequestState {
  /// What is to be done now.
  enum Action {
    case nothing
    /// The client wants to be asked for the body.
    case askForBody
    /// The head alone is answered.
    case answer(ServerResponse)
    case fail(any Error)
    /// The request is complete. `began` takes the work on it.
    case work(RequestBody, Route.Use)
    case close
  }

  private enum Phase {
    case idle
    /// The body is on its way.
    case reading(RequestBody, Route.Use)
    /// The request is complete, and its answer is being made.
    case working(any Cancellable)
    /// Answered before the request's end, which is passed over.
    case passingOver
    /// Nothing more is read.
    case closed
  }

  private let limits: RequestBody.Limits
  private let budget: ByteBudget
  private var phase = Phase.idle
  /// What is answered, or was last; `nil` for what was no request.
  private(set) var request: HTTPRequest?
  /// Whether the client wants the head of the answer only.
  private(set) var isHeadOnly = false
  /// Whether the connection ends with this answer.
  private(set) var isLast = false

  init(limits: RequestBody.Limits, budget: ByteBudget) {
    self.limits = limits
    self.budget = budget
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }

  /// Whether somebody waits for the answer that is being made.
  var isWorking: Bool { if case .working = phase { true } else { false } }

  /// Whether the rest of a request is still to come, for which it has only so much time.
  var awaitsRest: Bool {
    switch phase {
    case .reading, .passingOver: true
    case .idle, .working, .closed: false
    }
  }

  /// - Parameter route: says what is done with a request.
  mutating func begin(_ head: HTTPRequest, _ route: (HTTPRequest) throws -> Route) -> Action {
    request = head
    isHeadOnly = head.method == .head
    let connection = head.headerFields[.connection]?.lowercased() ?? ""
    // Behind a wish for another protocol, which isn't granted, nothing is parsed any more.
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
        // curl asks before every body of more than 1 MB, and waits a second for the answer.
        return head.headerFields[.expect]?.lowercased() == "100-continue" ? .askForBody : .nothing
      }
    } catch {
      return refuse(error)
    }
  }

  mutating func read(_ part: ByteBuffer) -> Action {
    guard case .reading(var body, let use) = phase else { return .nothing }
    phase = .idle  // Or the body had two owners, and would be copied to grow.
    do {
      try body.append(part)
      phase = .reading(body, use)
      return .nothing
    } catch {
      return refuse(error)
    }
  }

  /// The request has ended.
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

  /// What can be cancelled of the work on the request.
  mutating func began(_ work: any Cancellable) { phase = .working(work) }

  /// The answer is made.
  ///
  /// - Returns: whether the connection ends with it; `nil` if nobody waits for it.
  mutating func finish() -> Bool? {
    guard isWorking else { return nil }
    // A pipelined request comes as soon as this one's answer is written.
    phase = isLast ? .closed : .idle
    return isLast
  }

  /// The rest of the request has not come in its time; the connection is closed behind the answer, if there
  /// is one.
  mutating func timeIsOver() -> Action {
    guard case .reading(let body, _) = phase else { return .nothing }
    isLast = true
    return refuse(body.refused(with: limits.late))
  }

  /// The client sends nothing more, but may still read.
  mutating func inputClosed() -> Action {
    isLast = true
    return isWorking ? .nothing : .close
  }

  /// What came is no request; the connection is closed behind the answer, if there is one.
  mutating func unreadable(_ error: any Error) -> Action {
    switch phase {
    case .idle: request = nil
    case .reading: break
    case .working, .passingOver, .closed: return .nothing
    }
    (isHeadOnly, isLast) = (false, true)
    return .fail(error)
  }

  /// Nothing more is read.
  ///
  /// - Returns: what nobody wants any more.
  mutating func leave() -> (any Cancellable)? {
    defer { phase = .closed }
    if case .working(let work) = phase { return work }
    return nil
  }

  /// Answered before the request has ended.
  private mutating func refuse(_ error: any Error) -> Action {
    phase = .passingOver
    return .fail(error)
  }
}
