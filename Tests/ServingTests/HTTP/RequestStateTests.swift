import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import Serving

/// Requests one after the other, without a channel.
@Suite struct RequestStateTests {
  private final class Work: Cancellable {
    private let state = Atomic(false)
    var isCancelled: Bool { state.load(ordering: .relaxed) }
    func cancel() { state.store(true, ordering: .relaxed) }
  }

  private let budget = ByteBudget(maximum: 100)
  private var state: RequestState

  init() {
    state = RequestState(
      limits: RequestBody.Limits(maximumBytes: 50, maximumTime: 1_000_000_000), budget: budget)
  }

  /// What a state says, in a word.
  private func word(_ action: RequestState.Action) -> String {
    switch action {
    case .nothing: "nothing"
    case .askForBody: "ask"
    case .answer: "answer"
    case .fail(let error): "fail \(HTTPFailure(error).status.code)"
    case .work(let body, _): "work \((try? body.finish())?.readableBytes ?? -1)"
    case .close: "close"
    }
  }

  private mutating func begin(
    _ method: HTTPRequest.Method = .post, _ fields: HTTPFields = [:], refuses: Bool = false
  ) -> String {
    let head = HTTPRequest(method: method, scheme: nil, authority: nil, path: "/", headerFields: fields)
    return word(
      state.begin(head) { head in
        if refuses { throw RequestFailure(.notFound, "no") }
        return head.method == .post ? .body { _, _ in Uncancellable() } : .answer(ServerResponse(json: "{}"))
      })
  }

  private mutating func read(_ count: Int) -> String {
    word(state.read(ByteBuffer(repeating: 7, count: count)))
  }

  private mutating func end() -> String { word(state.end()) }
  private mutating func timeIsOver() -> String { word(state.timeIsOver()) }
  private mutating func inputClosed() -> String { word(state.inputClosed()) }
  private mutating func unreadable() -> String { word(state.unreadable(MalformedRequest(reason: "x"))) }

  @Test mutating func aRequestWithABody() {
    for _ in 0..<2 {
      #expect(begin(.post, [.contentLength: "5"]) == "nothing" && state.awaitsRest)
      #expect(read(2) == "nothing" && read(3) == "nothing" && budget.bytesInFlight == 5)
      #expect(end() == "work 5" && state.isWorking && !state.awaitsRest)
      #expect(state.finish() == false && state.finish() == nil && budget.bytesInFlight == 0)
    }
    #expect(begin(.post, [.expect: "100-Continue"]) == "ask")
  }

  @Test mutating func theHeadAloneIsAnswered() {
    #expect(begin(.head) == "answer" && state.isHeadOnly && state.awaitsRest)
    #expect(read(99) == "nothing" && end() == "nothing")
    #expect(begin(.get, [.connection: "close"]) == "answer" && !state.isHeadOnly && state.isLast)
    #expect(end() == "close")
  }

  @Test mutating func refusals() {
    #expect(begin(refuses: true) == "fail 404" && read(99) == "nothing" && end() == "nothing")
    #expect(begin(.post, [.contentLength: "51"]) == "fail 413" && end() == "nothing")
    #expect(begin() == "nothing" && read(51) == "fail 413" && read(1) == "nothing" && end() == "nothing")
    #expect(budget.bytesInFlight == 0)
    // Nothing is left of them.
    #expect(begin() == "nothing" && read(1) == "nothing" && end() == "work 1")
  }

  @Test mutating func lateBodies() {
    #expect(begin(.post, [.contentLength: "5"]) == "nothing" && read(1) == "nothing")
    #expect(timeIsOver() == "fail 408" && state.isLast)
    #expect(timeIsOver() == "nothing")
  }

  @Test mutating func theLastAnswer() {
    let work = Work()
    #expect(begin(.post, [.connection: "Upgrade"]) == "nothing" && end() == "work 0")
    state.began(work)
    #expect(state.finish() == true)
    state.leave()?.cancel()
    #expect(state.isClosed && !work.isCancelled)
  }

  @Test mutating func clientsThatSendNothingMore() {
    #expect(inputClosed() == "close")
    #expect(begin() == "nothing" && inputClosed() == "close")
    #expect(begin() == "nothing" && end() == "work 0")
    #expect(inputClosed() == "nothing" && state.finish() == true)
  }

  @Test mutating func clientsThatAreGone() {
    let work = Work()
    #expect(begin() == "nothing" && end() == "work 0")
    state.began(work)
    state.leave()?.cancel()
    #expect(work.isCancelled && state.isClosed && state.finish() == nil)
  }

  /// What is unreadable is answered, unless an answer is on its way.
  @Test mutating func whatIsNoRequest() {
    #expect(begin(.head) == "answer" && unreadable() == "nothing" && end() == "nothing")
    #expect(unreadable() == "fail 400" && state.isLast && !state.isHeadOnly)
    #expect(state.request == nil)
    #expect(begin() == "nothing" && unreadable() == "fail 400" && state.request != nil)
    #expect(end() == "work 0" && unreadable() == "nothing")
  }
}
