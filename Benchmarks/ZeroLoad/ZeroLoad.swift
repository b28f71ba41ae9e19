import Basics
import Dataflow
import Foundation
import Serving
import Vision

/// What Drivetrain adds when nothing else is going on:
///
/// - the whole pipeline against the same library calls made directly, one after the other;
/// - the server, one client at a time, against the pipeline in process; and beside it the least that a server can be,
///   one thread with a blocking socket.
///
/// All run in one process on the same loaded model, in turns of ten, so that the machine's moods hit them alike.
/// Usage: bench-zero-load [ROUNDS]
@main
struct ZeroLoad {
  static func main() async throws {
    let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 30
    let classifier = try Classifier()
    let server = try ServerUnderTest(classifier.pipeline)
    let bare = try BareServer(classifier.pipeline)
    print("zero load, EfficientNet-Lite0, ms, medians of \(rounds) interleaved rounds of ten")
    print("image    direct  pipeline  ratio (≤ 1.03)   server  added (≤ 0.3)  bare server adds")
    for size in ["small", "medium", "large"] {
      guard let file = Installation.find(".deps/images/\(size).jpg") else {
        throw BenchmarkError("there are no images; run Scripts/setup")
      }
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      let path = "/v2/models/\(classifier.pipeline.name)/infer"
      let clients = try [server.port, bare.port].map { try Client(port: $0, posting: data, to: path) }
      let few = max(rounds / 5, 3)
      let times = try measure(data, classifier, clients, rounds: size == "large" ? few : rounds)
      print(
        String(
          format: "%-6@ %8.3f %9.3f %15.3f %8.3f %14.3f %17.3f", size as NSString, times[0], times[1],
          times[1] / times[0], times[2], times[2] - times[1], times[3] - times[1]))
    }
    exit(0)
  }

  /// Medians for direct calls, the pipeline, the server and the bare server, in milliseconds.
  private static func measure(
    _ data: Data, _ classifier: Classifier, _ clients: [Client], rounds: Int
  ) throws -> [Double] {
    let direct = try DirectCalls(classifier)
    let executor = try SequentialExecutor(classifier.pipeline.graph, recorder: Recorder())
    let subjects: [() throws -> Void] =
      [
        { try direct.run(data) },
        {
          let result = try executor.process(EncodedImage(data))
          if let error = result.error { throw error }
        },
      ] + clients.map { client in { try client.post() } }
    var times = subjects.map { _ in [Double]() }
    let clock = MonotonicTime()
    for round in 0...rounds {
      for (subject, run) in subjects.enumerated() {
        for repetition in 0..<10 {
          let begin = clock.now
          try run()
          // The first round, and the first of each turn, warm up.
          if round > 0, repetition > 0 { times[subject].append(Double(clock.now - begin) / 1_000_000) }
        }
      }
    }
    return times.map { $0.sorted()[$0.count / 2] }
  }
}

struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
