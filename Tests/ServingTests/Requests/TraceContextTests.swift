import Testing

@testable import Serving

@Suite struct TraceContextTests {
  private let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func readsAndWrites() throws {
    let context = try #require(TraceContext(parent: valid, state: "congo=t61rcWkgMzE, rojo@x=00f067aa"))
    #expect(context.parent == valid && context.isSampled)
    #expect(
      context.trace.text == "4bf92f3577b34da6a3ce929d0e0e4736" && context.span.text == "00f067aa0ba902b7")
    #expect(context.state == "congo=t61rcWkgMzE, rojo@x=00f067aa")
    let child = context.child()
    #expect(child.trace == context.trace && child.span != context.span && child.state == context.state)
    #expect(TraceContext(parent: String(valid.dropLast(2)) + "00")?.isSampled == false)
    // A later version may say more.
    #expect(TraceContext(parent: "cc" + valid.dropFirst(2) + "-what-ever")?.parent == valid)
    #expect(TraceContext(parent: "cc" + valid.dropFirst(2)) != nil)
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
    "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
    "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
  ])
  func refuses(parent: String) { #expect(TraceContext(parent: parent) == nil) }

  @Test(arguments: [
    "", "x", "X=1", "a=", "a=1,a=2", "a=b=c", "a@b@c=1", "@b=1", "a=é",
    String(repeating: "a", count: 600) + "=1",
  ])
  func leavesOutStatesThatAreNone(state: String) {
    #expect(TraceContext(parent: valid, state: state)?.state == "")
  }

  @Test func tracesAreBegunAtTheRate() throws {
    #expect(Tracer(rate: 0).span(parent: nil, state: nil) == nil)
    #expect(Tracer(rate: 0).span(parent: "nonsense", state: nil) == nil)
    let begun = try #require(Tracer(rate: 1).span(parent: "nonsense", state: "a=1"))
    #expect(begun.parent == nil && begun.context.isSampled && begun.context.state.isEmpty)
    let some = (0..<4000).count { _ in Tracer(rate: 0.25).span(parent: nil, state: nil) != nil }
    #expect((800...1200).contains(some))
    // The client's word comes first.
    let unsampled = String(valid.dropLast()) + "0"
    let passed = try #require(Tracer(rate: 1).span(parent: unsampled, state: nil))
    #expect(!passed.context.isSampled && passed.parent?.text == "00f067aa0ba902b7")
  }
}
