import Basics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import Serving

/// Calls without a channel.
@Suite struct GRPCCallStateTests {
  private final class Work: Cancellable {
    private let state = Atomic(false)
    var isCancelled: Bool { state.load(ordering: .relaxed) }
    func cancel() { state.store(true, ordering: .relaxed) }
  }

  private let budget = ByteBudget(maximum: 4 << 20)
  private var state: GRPCCallState

  init() { state = GRPCCallState(limit: 100, budget: budget) }

  private mutating func begin(isStream: Bool = false, _ fields: HTTPFields = [:]) throws {
    let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/x", headerFields: fields)
    try state.begin(head, now: 1000) { _ in
      InferenceService.Method(body: .now { _ in [] }, isStream: isStream)
    }
  }

  private mutating func send(_ bytes: [UInt8]) throws { try state.append(ByteBuffer(bytes: bytes)) }

  /// What a state says, in a word.
  private mutating func next(unsent: Int = 0, now: Nanoseconds = 1000) -> String? {
    switch state.next(unsent: unsent, now: now) {
    case .start(let message): return "start \(message.number): \(message.bytes.readableBytes)"
    case .end(let status):
      _ = state.leave()
      return "end \(status.code.name)"
    case .read: return "read"
    case nil: return nil
    }
  }

  private mutating func holdsRead(unsent: Int = 0) throws -> Bool { try state.holdsRead(unsent: unsent) }

  private let empty: [UInt8] = [0, 0, 0, 0, 0]

  @Test mutating func oneMessage() throws {
    try begin()
    try send([0, 0, 0])
    #expect(next() == nil && state.awaitsRest(unsent: 0))
    try send([0, 1, 7])
    #expect(next() == "start 1: 1" && !state.awaitsRest(unsent: 0) && budget.bytesInFlight == 1)
    #expect(next() == nil)
    state.inputEnded()
    #expect(next() == nil && state.answered(1) && budget.bytesInFlight == 0)
    #expect(next() == nil && state.finished(1) && next() == "end OK" && next() == nil)
  }

  @Test mutating func aCallTakesOneMessage() throws {
    try begin()
    try send(empty + empty)
    #expect(next() == "start 1: 0" && next() == "end INVALID_ARGUMENT")
  }

  @Test(
    arguments: [
      ([1, 0, 0, 0, 0], "UNIMPLEMENTED"), ([0, 0, 0, 0, 101], "RESOURCE_EXHAUSTED"),
      ([0, 0, 0, 0, 9, 1], "INVALID_ARGUMENT"), ([], "INVALID_ARGUMENT"),
    ] as [([UInt8], String)])
  mutating func wrongMessages(bytes: [UInt8], code: String) throws {
    try begin()
    try send(bytes)
    state.inputEnded()
    #expect(next() == "end \(code)")
  }

  @Test mutating func aStreamTakesOnlySoManyAtOnce() throws {
    try begin(isStream: true)
    for _ in 0..<66 { try send(empty) }
    for number in 1...64 { #expect(next() == "start \(number): 0") }
    #expect(next() == nil && !state.awaitsRest(unsent: 0))
    for _ in 0..<2 { #expect(try holdsRead()) }
    #expect(budget.bytesInFlight == HTTP2ConnectionHandler.windowBytes + 10)
    #expect(state.answered(7) && state.finished(7) && !state.finished(7))
    #expect(next() == "start 65: 0" && next() == nil)
    #expect(state.answered(8) && state.finished(8))
    #expect(next() == "start 66: 0" && next() == "read" && next() == nil)
    #expect(budget.bytesInFlight == 0)
    #expect(try !holdsRead())
  }

  @Test mutating func unreadAnswersHoldMessages() throws {
    try begin(isStream: true)
    try send(empty)
    #expect(next(unsent: 4 << 20) == nil)
    #expect(try holdsRead(unsent: 4 << 20))
    #expect(next() == "start 1: 0" && next() == "read")
  }

  @Test mutating func thereIsRoomForOnlySoManyHeldReads() throws {
    try begin(isStream: true)
    try send(empty)
    let other = ByteBudget.Share(of: budget)
    #expect(other.grow(by: 4 << 20 - 5))
    #expect(throws: GRPCStatus.self) { try holdsRead(unsent: 4 << 20) }
    #expect(throws: GRPCStatus.self) { try send([1]) }
  }

  @Test mutating func deadlines() throws {
    try begin(isStream: true, [.grpcTimeout: "500n"])
    try send(empty + empty)
    guard case .start(let message) = state.next(unsent: 0, now: 1200) else {
      return #expect(Bool(false), "nothing is started")
    }
    #expect(message.timeout == 300)
    #expect(next(now: 1500) == "end DEADLINE_EXCEEDED")
  }

  @Test mutating func headsThatAreRefused() {
    #expect(throws: GRPCStatus.self) { try begin([.grpcTimeout: "soon"]) }
    #expect(throws: GRPCStatus.self) { try begin([.grpcEncoding: "gzip"]) }
  }

  private mutating func begin(_ fields: HTTPFields) throws { try begin(isStream: false, fields) }

  /// A server that stops answers what is here, and ends streams behind it.
  @Test mutating func stopping() throws {
    try begin(isStream: true)
    try send(empty)
    state.stop()
    #expect(next() == "start 1: 0" && next() == nil)
    #expect(state.finished(1) && next() == "end UNAVAILABLE")
  }

  @Test mutating func whatEndsIsClosedUnlessTheClientHasEnded() throws {
    try begin()
    var other = state
    state.inputEnded()
    state.inputCutOff()
    let end = state.leave()
    other.inputCutOff()
    let early = other.leave()
    #expect(!end.closes && early.closes)
  }

  @Test mutating func nobodyWaitsAfterTheEnd() throws {
    try begin()
    try send(empty)
    #expect(next() == "start 1: 0")
    let work = Work()
    state.began(1, work)
    for work in state.leave().work { work.cancel() }
    #expect(work.isCancelled)
    #expect(state.isOver && !state.answered(1) && !state.finished(1) && next() == nil)
  }

  @Test(arguments: ["", "5", "m", "-5m", "123456789m", "5x", "5\u{0661}m"]) func wrongTimeouts(text: String) {
    #expect(throws: GRPCStatus.self) { try GRPCCallState.duration(text) }
  }

  @Test func timeouts() throws {
    #expect(try GRPCCallState.duration("250m") == 250_000_000)
    #expect(try GRPCCallState.duration("99999999H") == .max)
    #expect(try GRPCCallState.duration("99999999S") == 99_999_999_000_000_000)
  }
}
