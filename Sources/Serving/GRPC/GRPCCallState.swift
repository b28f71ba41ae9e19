import Basics
import HTTPTypes
import NIOCore

/// The state of one gRPC call: its messages in service, and its end. A pure state machine, without a channel
/// or a clock.
///
/// Call `next` after each event, until it returns `nil`.
struct GRPCCallState {
  /// The next action.
  enum Action {
    /// Starts work on a message. `began` takes the work.
    case start(Message)
    /// Ends the call; `leave` returns the work to cancel.
    case end(GRPCStatus)
    case read
  }

  struct Message {
    /// Counts from 1.
    let number: Int
    let bytes: ByteBuffer
    /// The remaining time in nanoseconds.
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
    /// Bytes of the message, while it is in memory.
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
  /// Messages in service.
  private var running: [Int: Running] = [:]
  private var lastRun = 0

  /// Maximum messages of one call in service.
  private static let maximumRunning = 64
  /// Maximum unsent bytes of a call's responses before further messages are taken.
  private static let maximumUnsent = 4 << 20

  /// - Parameters:
  ///   - limit: maximum bytes of one message.
  ///   - budget: the budget of all requests.
  init(limit: Int, budget: ByteBudget) {
    share = ByteBudget.Share(of: budget)
    reader = GRPCMessageReader(limit: limit)
  }

  /// Whether the call takes many messages, with a response each.
  var isStream: Bool { method?.isStream ?? false }

  /// Takes the call's head.
  ///
  /// - Parameter service: finds the method of a call.
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

  /// Takes a piece of the messages.
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

  /// Stops the call with the server: a stream ends after the responses to its received messages.
  mutating func stop() { isStopping = true }

  /// Returns the next action; `nil` when there is none. Call it until then.
  ///
  /// - Parameter unsent: unsent bytes of the call's responses.
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

  /// The status with which the call ends, if there is nothing more to do.
  private func conclusion(_ unsent: Int) -> GRPCStatus? {
    guard running.isEmpty else { return nil }
    guard input != .open else {
      // Every message that could be taken has been.
      guard isStopping, isStream, canTake(unsent) else { return nil }
      return GRPCStatus(.unavailable, "the server is shutting down; try another")
    }
    guard reader.waiting == 0 else {
      return canTake(unsent) ? GRPCStatus(.invalidArgument, "the last message breaks off") : nil
    }
    return lastRun > 0 || isStream
      ? GRPCStatus(.ok) : GRPCStatus(.invalidArgument, "the call has no message")
  }

  /// Whether a message can be taken: few are in service, and few bytes are unsent.
  private func canTake(_ unsent: Int) -> Bool {
    running.count < Self.maximumRunning && unsent < Self.maximumUnsent
  }

  /// Whether a received message can't be taken yet, so that no more are needed.
  private func isCrowded(_ unsent: Int) -> Bool { !canTake(unsent) && reader.waiting > 0 }

  /// Whether reading stops for now. A window full of input may still come, and waits in the handlers below.
  ///
  /// - Throws: `GRPCStatus` if there is no room for it.
  mutating func holdsRead(unsent: Int) throws(GRPCStatus) -> Bool {
    guard !isOver, isCrowded(unsent) else { return false }
    guard isReadHeld || share.grow(by: HTTP2ConnectionHandler.windowBytes) else {
      throw GRPCStatus(.resourceExhausted, "too many messages wait for responses to be read")
    }
    isReadHeld = true
    return true
  }

  /// Whether a message has begun that has to end.
  func awaitsRest(unsent: Int) -> Bool { !isOver && reader.waiting > 0 && canTake(unsent) }

  /// Takes the cancellable work on a message.
  mutating func began(_ number: Int, _ work: any Cancellable) { running[number]?.work = work }

  /// Notes that a message's response can be written, and the message is not needed any more.
  ///
  /// - Returns: whether the response is still wanted.
  mutating func answered(_ number: Int) -> Bool {
    guard let bytes = running[number]?.bytes else { return false }
    share.shrink(by: bytes)
    running[number]?.bytes = 0
    return true
  }

  /// Notes that a message's response is written.
  ///
  /// - Returns: whether the response is still wanted.
  mutating func finished(_ number: Int) -> Bool { running.removeValue(forKey: number) != nil }

  /// The consequences of the call's end for its stream.
  struct End {
    /// Work to cancel.
    var work: [any Cancellable] = []
    /// Whether a stopped read continues.
    var reads = false
    /// Whether the stream closes without the rest of its input.
    var closes = false
  }

  /// Takes nothing more.
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
