import Dataflow
import Foundation
import Serving
import Vision

/// What Drivetrain adds when nothing else is going on:
///
/// - the whole pipeline against the same library calls made directly, one after the other;
/// - the server, one client at a time, against the pipeline in process.
///
/// All run in one process on the same loaded model, in turns, so that the machine's moods hit them alike.
/// Usage: bench-zero-load [ROUNDS]
@main
struct ZeroLoad {
  static func main() async throws {
    let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 300
    let classifier = try Classifier()
    let server = try ServerUnderTest(classifier.pipeline)
    print("zero load, EfficientNet-Lite0, medians of \(rounds) interleaved rounds, ms")
    print("image   direct  pipeline  ratio (≤ 1.03)  server  added (≤ 0.3)")
    for size in ["small", "medium", "large"] {
      guard let path = Installation.find(".deps/images/\(size).jpg") else {
        throw BenchmarkError("there are no images; run Scripts/setup")
      }
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let result = try measure(data, classifier, server, rounds: size == "large" ? max(rounds / 5, 5) : rounds)
      print(
        String(
          format: "%-6@ %7.3f %9.3f %15.3f %7.3f %14.3f", size as NSString, result.direct, result.pipeline,
          result.pipeline / result.direct, result.server, result.server - result.pipeline))
    }
    exit(0)
  }

  private static func measure(
    _ data: Data, _ classifier: Classifier, _ server: ServerUnderTest, rounds: Int
  ) throws -> (direct: Double, pipeline: Double, server: Double) {
    let direct = DirectCalls(classifier)
    let pipeline = classifier.pipeline
    let executor = try SequentialExecutor(pipeline.graph, recorder: Recorder())
    let client = try Client(port: server.port)
    var times: [[Double]] = [[], [], []]
    for round in 0..<(rounds + 5) {
      let measured = [
        try milliseconds { try direct.run(data) },
        try milliseconds {
          let result = try executor.process(EncodedImage(data))
          if let error = result.error { throw error }
        },
        try milliseconds { try client.post(data, to: "/v2/models/\(pipeline.name)/infer") },
      ]
      if round >= 5 { for (index, time) in measured.enumerated() { times[index].append(time) } }
    }
    return (median(times[0]), median(times[1]), median(times[2]))
  }

  private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = MonotonicTime()
    let begin = clock.now
    try body()
    return Double(clock.now - begin) / 1_000_000
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
