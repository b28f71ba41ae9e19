import Testing

@testable import Serving

@Suite struct HTTP2ConnectionStateTests {
  private var state = HTTP2ConnectionState()

  @Test mutating func silenceWithoutStreamsEndsTheConnection() {
    #expect(state.timePassed() == .leave)
  }

  @Test mutating func silenceWithStreamsIsAskedAbout() {
    #expect(state.changed(streams: 1) == .wait)
    #expect(state.timePassed() == .ping)
    state.pingAnswered()
    #expect(state.timePassed() == .ping)
    // A new stream is a sign of life too.
    #expect(state.changed(streams: 2) == .wait)
    #expect(state.timePassed() == .ping)
    #expect(state.timePassed() == .leave)
  }

  @Test mutating func whatWasBegunIsAnsweredFirst() {
    #expect(state.changed(streams: 2) == .wait)
    #expect(state.beginsNothingMore() == nil)
    #expect(state.changed(streams: 1) == .wait && !state.isEmpty)
    #expect(state.changed(streams: 0) == .end && state.isEmpty)
  }

  @Test mutating func nothingBegunIsTheEnd() {
    #expect(state.changed(streams: 1) == .wait && state.changed(streams: 0) == .wait)
    #expect(state.beginsNothingMore() == .end)
  }

  @Test mutating func errors() {
    #expect(state.ends(byError: false) && !state.ends(byError: true))
    state.saidFailure()
    #expect(state.ends(byError: true))
  }
}
