import ArgumentParser
import Dataflow
import Foundation
import Vision

struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs images through a pipeline and says where the time went.")

  @Argument(help: "A pipeline's name in Pipelines/, or a path to its YAML file.")
  var pipeline: String

  @Argument(help: "Image files: JPEG, PNG or WebP.")
  var images: [String]

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("Write a trace that ui.perfetto.dev opens.", valueName: "file"))
  var trace: String?

  @Option(help: "How JPEGs are decoded: auto (at a reduced size where that suffices) or exact.")
  var scale: DecodeScale?

  private struct Report: Encodable {
    let pipeline: String
    let items: [InferenceReport]
  }

  func run() throws {
    let pipeline = try Pipeline(pipeline, scale: scale)
    let recorder = Recorder()
    let executor = try SequentialExecutor(pipeline.graph, recorder: recorder)
    var items: [InferenceReport] = []
    for path in images {
      let report = infer(path, executor, recorder)
      items.append(report)
      if !json { report.printForHumans() }
      if let error = report.error { complain("drivetrain: \(path): \(error)") }
    }
    if json { try printJSON(Report(pipeline: pipeline.name, items: items)) }
    if let trace { try recorder.trace(of: pipeline.graph).perfetto().writeWhole(to: trace) }
    if items.contains(where: { $0.error != nil }) { throw ExitCode(1) }
  }

  private func infer(_ path: String, _ executor: SequentialExecutor, _ recorder: Recorder) -> InferenceReport {
    var data = Data()
    do {
      data = try Data(readingImage: path)
      let image = try EncodedImage(data)
      let result = try executor.process(image)
      return InferenceReport(
        input: path, image: image, result: result,
        attribution: recorder.attribution(of: result, in: executor.graph))
    } catch {
      return InferenceReport(input: path, bytes: data.count, error: error)
    }
  }
}

extension DecodeScale: ExpressibleByArgument {}

extension InferenceReport {
  /// The labels, and the breakdown as bars.
  fileprivate func printForHumans() {
    guard let outputs, let attribution, let width, let height else { return }
    print("\(input)  \(width) × \(height), \(bytes) bytes")
    for output in outputs { print("  \(Double(output.score).fixed(3))  \(output.label)") }
    let parts =
      attribution.stages.map { ($0.name, $0.us) } + [("unattributed", attribution.unattributed_us)]
    let longest = parts.map(\.0.count).max() ?? 0
    for (name, time) in parts {
      let share = time / attribution.total_us
      print(
        "  \(name.padded(longest))  \((time / 1000).fixed(3, width: 8)) ms  \((share * 100).fixed(1, width: 5)) %  "
          + String(repeating: "█", count: Int((share * 40).rounded())))
    }
    print("  \("total".padded(longest))  \((attribution.total_us / 1000).fixed(3, width: 8)) ms")
  }
}
