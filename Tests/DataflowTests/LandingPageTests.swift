import Dataflow
import Testing

// Begin: example.

/// How many words a text has, and where the time of counting them went.
func countWords(of text: String) async throws -> (message: String, attribution: Attribution) {
  let graph = try Graph(
    "count",
    chain: [
      Stage("words") { (text: String) in text.split(separator: " ").count },
      Stage("message") { (count: Int) in "\(count) words" },
    ])
  let recorder = Recorder()
  let executor = try Executor(graph, recorder: recorder)
  defer { executor.drain() }
  let result = try await executor.process(text)
  return (try result.output(), recorder.attribution(of: result, in: graph))
}

// End: example.

struct LandingPageTests {
  @Test func example() async throws {
    let (message, attribution) = try await countWords(of: "where does the time go")
    #expect(message == "5 words" && attribution.stages.map(\.name) == ["words", "message"])
  }
}
