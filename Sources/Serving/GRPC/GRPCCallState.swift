import Basics
import HTTPTypes
import NIOCore

/// Where one call of gRPC is: which of its messages are worked on, and when it ends. A pure state machine,
/// without a channel or a clock.
///
/// Each event is followed by `next` until that is `nil`.
struct GRPCCallState {
  /// What is to be done now.
  enum Action {
    /// A message is worked on. `began` takes the work on it.
    case start(Message)
    /// The call ends, and `leave` says what nobody wants any more.
    case end(GRPCStatus)
    /// More is read.
    case read
  }

  struct Message {
    /// Counts from 1.
    let number: Int
    let bytes: ByteBuffer
    /// Nanoseconds that are left for it.
    let timeout: Nanoseconds?
  }

  private enum Input {
    case open
    case ended
    /// The connection brings nothing more.
    case cutOff
  }

  private struct Running {
    var work: any Cancellable = Uncancellable()
    /// Of the message, as long as it is in memory.
    var bytes: Int
  }

  private let share: ByteBudget.Share
  private var reader: GRPCMessageReader
  private(set) var method: InferenceService.Method?
  private var deadline: Nanoseconds?
  private var input = Input.open
  private(set) var isOver = false
  private var isStopping = false
  private var isReadHeld = false
  /// Messages that are worked on.
  private var running: [Int: Running] = [:]
  private var lastRun = 0

  /// Messages of one call that are worked on at once.
  private static let maximumRunning = 64
  /// Bytes of a call's answers that wait to be sent before further messages are taken.
  private static let maximumUnsent = 4 << 20

  /// - Parameters:
  ///   - limit: bytes of one message.
  ///   - budget: what all requests may have.
  init(limit: Int, budget: ByteBudget) {
    share = ByteBudget.Share(of: budget)
    reader = GRPCMessageReader(limit: limit)
  }

  /// Whether the call takes many messages and answers each.
  var isStream: Bool { method?.isStream ?? false }

  /// The call's head has come.
  ///
  /// - Parameter service: says what a call asks for.
  mutating func begin(
    _ head: HTTPRequest, now: Nanoseconds, _ service: (HTTPRequest) throws -> InferenceService.Method
  ) throws {
    if let text = head.headerFields[.grpcTimeout] {
      let (sum, isTooLarge) = now.addingReportingOverflow(try Self.duration(text))
      deadline = isTooLarge ? .max : sum
    }
    if let encoding = head.headerFields[.grpcEncoding], encoding != "identity" {
      throw GRPCStatus(.unimplemented, "'\(encoding)' is not supported; messages must not be compressed")
    }
    method = try service(head)
  }

  /// A piece of the messages has come.
  mutating func append(_ part: ByteBuffer) throws {
    guard share.grow(by: part.readableBytes), MemoryHeadroom.shared.allows(part.readableBytes) else {
      throw GRPCStatus(.resourceExhausted, "too many large requests at once; try again")
    }
    try reader.append(part)
  }

  /// The client sends nothing more.
  mutating func inputEnded() { if input == .open { input = .ended } }

  /// The client's connection brings nothing more.
  mutating func inputCutOff() { if input == .open { input = .cutOff } }

  /// The server stops: a stream ends once what is here is answered.
  mutating func stop() { isStopping = true }

  /// What is to be done now; `nil` when nothing is. To be asked until then.
  ///
  /// - Parameter unsent: bytes of the call's answers that are not sent.
  mutating func next(unsent: Int, now: @autoclosure () -> Nanoseconds) -> Action? {
    guard !isOver else { return nil }
    do {
      if canTake(unsent), let message = try take(now) { return .start(message) }
    } catch {
      return .end(GRPCStatus(error))
    }
    if let status = conclusion(unsent) { return .end(status) }
    guard isReadHeld, !isCrowded(unsent) else { return nil }
    isReadHeld = false
    share.shrink(by: HTTP2ConnectionHandler.windowBytes)
    return .read
  }

  private mutating func take(_ now: () -> Nanoseconds) throws -> Message? {
    guard let method, let bytes = try reader.next() else { return nil }
    share.shrink(by: GRPCMessageReader.headBytes)
    guard method.isStream || lastRun == 0 else {
      throw GRPCStatus(.invalidArgument, "the call takes one message")
    }
    lastRun += 1
    let timeout = try deadline.map { deadline in
      let now = now()
      guard now < deadline else { throw GRPCStatus(.deadlineExceeded, "the call's time is over") }
      return deadline - now
    }
    running[lastRun] = Running(bytes: bytes.readableBytes)
    return Message(number: lastRun, bytes: bytes, timeout: timeout)
  }

  /// How the call ends, if there is nothing more to do.
  private func conclusion(_ unsent: Int) -> GRPCStatus? {
    guard running.isEmpty else { return nil }
    guard input != .open else {
      // What is here and could be taken has been.
      guard isStopping, isStream, canTake(unsent) else { return nil }
      return GRPCStatus(.unavailable, "the server is shutting down; try another")
    }
    guard reader.waiting == 0 else {
      return canTake(unsent) ? GRPCStatus(.invalidArgument, "the last message breaks off") : nil
    }
    return lastRun > 0 || isStream
      ? GRPCStatus(.ok) : GRPCStatus(.invalidArgument, "the call has no message")
  }

  /// Neither too much is worked on, nor are answers left unread.
  private func canTake(_ unsent: Int) -> Bool {
    running.count < Self.maximumRunning && unsent < Self.maximumUnsent
  }

  /// What is here can't be taken yet: nothing more need come.
  private func isCrowded(_ unsent: Int) -> Bool { !canTake(unsent) && reader.waiting > 0 }

  /// Whether nothing is read for now. A window full may come meanwhile, which waits below.
  ///
  /// - Throws: `GRPCStatus` where there is no room for it.
  mutating func holdsRead(unsent: Int) throws(GRPCStatus) -> Bool {
    guard !isOver, isCrowded(unsent) else { return false }
    guard isReadHeld || share.grow(by: HTTP2ConnectionHandler.windowBytes) else {
      throw GRPCStatus(.resourceExhausted, "too many messages wait for answers to be read")
    }
    isReadHeld = true
    return true
  }

  /// Whether a message has begun, which has to end.
  func awaitsRest(unsent: Int) -> Bool { !isOver && reader.waiting > 0 && canTake(unsent) }

  /// What can be cancelled of the work on a message.
  mutating func began(_ number: Int, _ work: any Cancellable) { running[number]?.work = work }

  /// The answer to a message can be written, so that the message is not needed any more.
  ///
  /// - Returns: whether somebody waits for it.
  mutating func answered(_ number: Int) -> Bool {
    guard let bytes = running[number]?.bytes else { return false }
    share.shrink(by: bytes)
    running[number]?.bytes = 0
    return true
  }

  /// The answer to a message is written.
  ///
  /// - Returns: whether somebody waits for it.
  mutating func finished(_ number: Int) -> Bool { running.removeValue(forKey: number) != nil }

  /// What becomes of the stream when the call ends.
  struct End {
    /// What nobody wants any more.
    var work: [any Cancellable] = []
    /// A read that was held is not held any more.
    var reads = false
    /// What the client still sends is not wanted; what it can't send is not waited for.
    var closes = false
  }

  /// Nothing more is taken.
  mutating func leave() -> End {
    defer { (isOver, isReadHeld, running) = (true, false, [:]) }
    reader = GRPCMessageReader(limit: 0)
    return End(work: running.values.map(\.work), reads: isReadHeld, closes: input != .ended)
  }

  /// `100m`: up to eight digits and a unit.
  static func duration(_ text: String) throws(GRPCStatus) -> Nanoseconds {
    let units: [Character: Nanoseconds] = [
      "H": 3_600_000_000_000, "M": 60_000_000_000, "S": 1_000_000_000, "m": 1_000_000, "u": 1000, "n": 1,
    ]
    guard (2...9).contains(text.utf8.count), let unit = text.last.flatMap({ units[$0] }),
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }), let number = Nanoseconds(text.dropLast())
    else { throw GRPCStatus(.invalidArgument, "grpc-timeout is '\(text)'; it must be like 100m") }
    let (duration, isTooLong) = number.multipliedReportingOverflow(by: unit)
    return isTooLong ? .max : duration
  }
}
