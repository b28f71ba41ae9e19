import ArgumentParser
import Basics
import Dataflow
import Foundation
import Planning
import Vision

struct Infer: ParsableCommand, PlannedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs images through a pipeline and says where the time went.",
    usage: "drivetrain infer <pipeline> <image> ... [<options>]",
    discussion: """
      Exit code 0 if all images succeed, 1 if one fails; the others are reported all the same.

      Example: drivetrain infer classify photo.jpg --trace photo.trace.json
      """)

  @Argument(
    help:
      "A pipeline's name in Pipelines/, a path to its YAML file, or to a model: an ONNX file or an export's folder.",
    completion: .named(in: "Pipelines"))
  var pipeline: String

  @Argument(
    help: "Image files: JPEG, PNG or WebP; or folders, for all that are in them.",
    completion: .file())
  var images: [String]

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("Write each photograph with its result drawn on it.", valueName: "dir"))
  var draw: String?

  @Option(help: ArgumentHelp("Write a trace that ui.perfetto.dev opens.", valueName: "file"))
  var trace: String?

  @Option(help: "How JPEGs are decoded: auto (at a reduced size where that suffices) or exact.")
  var scale: DecodeScale?

  @OptionGroup var model: ModelOptions
  @OptionGroup(title: "Placement") var planned: PlanOption
  @OptionGroup(title: "Placement") var described: MachineOption

  func run() throws {
    let reference = pipeline
    let pipeline: Pipeline
    do {
      pipeline = try Pipeline(reference, scale: scale, stated: model.set, use: .images)
    } catch DescriptionError.noImage(_, let reason) {
      throw InferError.takesTensors(reference, reason)
    }
    guard pipeline.signature.takesImages else { throw InferError.takesTensors(reference, nil) }
    for remark in pipeline.remarks { inform("\(pipeline.name): \(remark)") }
    // A trace has room for all images; the attribution alone needs only the latest image's events.
    let images = ImageFolder.expand(self.images)
    let recorder = Recorder(eventsPerWorker: trace == nil ? 256 : images.count * pipeline.graph.stages.count)
    let machine = try described.machineHere(to: "run")
    let plan = try planned.plan(for: PipelineWorkload(pipeline), objective: .latency, on: machine)
    let process = try processor(pipeline.graph, plan, recorder)
    let account = try EnergyAccount(pipeline.graph, plan: plan ?? .fused(pipeline.graph), on: machine)
    // Maps of many images would fill the memory: of a report, only its JSON is kept.
    var items: [InferenceReport.Text] = []
    var (answered, failed) = (0, 0)
    var pictures = try draw.map { try PictureFolder($0, of: images) }
    var isDrawn = true
    for path in images {
      let report = infer(path, pipeline.graph, recorder, process) { image, output in
        do {
          try pictures?.add(output, on: image, named: path)
        } catch {
          isDrawn = false
          inform("\(path) isn't drawn: \(error)")
        }
      }
      if json { items.append(report.json) } else if let text = report.forHumans { try printOut(text) }
      if let error = report.error {
        failed += 1
        inform("\(path): \(error)")
      } else {
        answered += 1
      }
      account.read()
    }
    let energy = account.energy(of: answered, recorder.occupancy(of: pipeline.graph))
    if json {
      try printOut(InferenceReport.json(pipeline: pipeline.name, items: items, energy: energy))
    } else if let energy {
      try printOut(energy.text(for: "an image"))
    }
    if let trace { try recorder.trace(of: pipeline.graph).perfetto().writeWhole(to: trace) }
    if !isDrawn || failed > 0 { throw ExitCode(1) }
  }

  /// A function that runs one image: on this thread, unless the plan has several placements.
  private func processor(_ graph: Graph, _ plan: Plan?, _ recorder: Recorder) throws
    -> (EncodedImage) throws -> ItemResult
  {
    guard let plan, plan.placements.count > 1 else {
      let executor = try SequentialExecutor(graph, plan: plan, recorder: recorder)
      return { try executor.process($0) }
    }
    let executor = try Executor(graph, plan: plan, recorder: recorder)
    return { try executor.processAndWait($0) }
  }

  private func infer(
    _ path: String, _ graph: Graph, _ recorder: Recorder, _ process: (EncodedImage) throws -> ItemResult,
    draw: (EncodedImage, any TaskOutput) -> Void
  ) -> InferenceReport {
    var data = Data()
    let (image, report): (EncodedImage, InferenceReport)
    do {
      if Folder.exists(path) {
        throw FileError("it is a folder without a file that ends in .jpg, .jpeg, .png or .webp")
      }
      data = try Data(readingImage: path)
      image = try EncodedImage(data)
      let result = try process(image)
      if let error = result.error as? DeviceError { throw planned.advised(error) }
      report = InferenceReport(
        input: path, image: image, result: result,
        attribution: recorder.attribution(of: result, in: graph), in: graph)
    } catch {
      return InferenceReport(input: path, bytes: data.count, error: error)
    }
    if let output = report.output { draw(image, output) }
    return report
  }
}

/// Replaces folders by the images in them.
enum ImageFolder {
  private static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp"]

  /// Replaces each folder by its images in the order of their names, without those of inner folders. A folder
  /// without images stays, so that its error names it.
  static func expand(_ paths: [String]) -> [String] {
    paths.flatMap { path -> [String] in
      guard Folder.exists(path) else { return [path] }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      let images = names.filter { extensions.contains(($0 as NSString).pathExtension.lowercased()) }
      return images.isEmpty ? [path] : images.sorted().map { (path as NSString).appendingPathComponent($0) }
    }
  }
}

enum InferError: Error, CustomStringConvertible {
  /// With the reason, if there is one.
  case takesTensors(String, String?)

  var description: String {
    switch self {
    case .takesTensors(let reference, let reason):
      "\(reference) takes tensors, not images\(reason.map { ": \($0)" } ?? ""); serve it by drivetrain serve \(reference.quoted) and send it JSON"
    }
  }
}

extension DecodeScale: ExpressibleByArgument {}

extension InferenceReport {
  /// The labels, and the breakdown as bars; `nil` for a failure.
  fileprivate var forHumans: String? {
    guard let output, let attribution, let width, let height else { return nil }
    var lines = ["\(input.printable)  \(width) × \(height), \(bytes.counted("byte"))"]
    lines += output.text.map { "  \($0)" }
    let parts =
      attribution.stages.map { ($0.name, $0.microseconds / 1000) }
      + [("unattributed", attribution.unattributed / 1000)]
    lines += Breakdown(parts: parts, total: attribution.total / 1000).lines
    return lines.joined(separator: "\n")
  }
}
