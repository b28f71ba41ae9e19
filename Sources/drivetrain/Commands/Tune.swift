import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning
import Vision

struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Finds the best numbers for a pipeline's knobs by measured runs, and writes them into its file.",
    usage: "drivetrain tune <pipeline> --image <file> ... [<options>]",
    discussion: """
      Begins with the planner's choice and turns one knob after the other: instances, batches and their delays. Each \
      candidate runs by turns with the best so far, and must be better by more than the noise. 'concurrency' is set to \
      the number of requests that can be completed in time.

      Example: drivetrain tune classify --image .deps/images/medium.jpg
      """)

  @Argument(
    help:
      "A pipeline's name in Pipelines/, a path to its YAML file, or, with --output, to a model: an ONNX file or an export's folder.",
    completion: .named(in: "Pipelines"))
  var pipeline: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images to measure with, by turns: JPEG, PNG or WebP, such as will be served.", valueName: "file"))
  var image: [String] = []

  @Option(help: "The objective: throughput, latency (of an image alone) or efficiency.")
  var objective = Objective.throughput

  @Option(help: "How long to search, 10 to 3600.")
  var seconds = 60.0

  @Option(
    help: ArgumentHelp("Write a copy with the knobs here, and leave the file alone.", valueName: "file"))
  var output: String?

  @Flag(help: "Write nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var model: ModelOptions
  @OptionGroup var described: MachineOption

  /// Seconds that a candidate runs in one turn.
  private static let slice = 0.3

  func validate() throws {
    guard !image.isEmpty else { throw ValidationError("Missing expected argument '--image <file>'") }
    guard (10...3600).contains(seconds) else { throw ValidationError("--seconds must be from 10 to 3600") }
    guard output == nil || !dryRun else {
      throw ValidationError("--dry-run writes nothing; leave it or --output out")
    }
    guard output?.hasSuffix(".onnx") != true else {
      throw ValidationError("--output must be the path of a YAML file, not of a model")
    }
  }

  func run() throws {
    let path = try Pipeline.path(of: pipeline)
    let loaded = try Pipeline(path, stated: model.set, use: .images)
    if loaded.modelDescription != nil, output == nil, !dryRun { throw TuneError.model(path) }
    guard loaded.signature.takesImages else { throw TuneError.takesTensors(path) }
    let workload = try PipelineWorkload(loaded, images: image)
    let machine = try described.machineHere(to: "tuned")
    let planning = try TuningPlans(workload, on: machine)
    let start = try planning.start(for: objective)
    let ladders = loaded.ladders(for: try planning.plan(with: start), on: machine)
    guard !ladders.isEmpty else { throw TuneError.nothingToTune(path) }
    // A search is pointless if its result can't be written.
    if !dryRun {
      let knobs = start.merging([.concurrency: loaded.settings.concurrency]) { first, _ in first }
      try write(try text(of: path, loaded, with: knobs, note: ""), to: output ?? path, isRehearsal: true)
    }

    let (progress, bystanders) = (ProgressLine(), BackgroundLoad())
    let time = MonotonicTime()
    let begin = time.now
    func show(_ what: String) { progress.show(what, min(Double(time.now - begin) / 1e9 / seconds, 1)) }
    let tuner = Tuner(seconds: seconds) { knobs in
      let plan = try planning.plan(with: knobs)
      show("measuring \(plan)")
      guard (try? plan.check(loaded.graph, on: machine)) != nil else { return nil }
      return try workload.trial(plan, on: machine, for: objective, seconds: Self.slice)
    }
    let result = try tuner.tune(KnobSearch(from: start, ladders: ladders)) { step in
      guard !json else { return }
      progress.end()
      try? printOut(step.text(objective))
    }
    let throughput =
      objective == .throughput
      ? result.after.median
      : try workload.trial(
        planning.plan(with: result.knobs), on: machine, for: .throughput, seconds: Self.slice)()
    progress.end()
    bystanders.warn()

    var knobs = result.knobs
    knobs[.concurrency] = loaded.settings.concurrency(answering: throughput)
    let file = output ?? path
    // A file stays unchanged if nothing was better; a copy was requested.
    let isWanted = !dryRun && (result.isBetter || output != nil)
    // The result is printed even if it can't be written.
    let writing = Result {
      if isWanted {
        let note = note(result.after.median, on: machine)
        try write(try text(of: path, loaded, with: knobs, note: note), to: file)
      }
    }
    let isWritten = isWanted && (try? writing.get()) != nil
    let report = TuningReport(loaded.name, objective, result, knobs: knobs, file: file, isWritten: isWritten)
    try json ? printJSON(report) : printOut(report.text)
    try writing.get()
  }

  private func text(
    of path: String, _ loaded: Pipeline, with knobs: [ServingSettings.Knob: Int], note: String
  ) throws -> String {
    let original = try loaded.modelDescription?.pipeline() ?? ConfigurationNode.text(of: path)
    var text = PipelineText(original, of: path)
    try text.set(knobs, note: note)
    return text.text
  }

  /// The comment in the file on the origin of its numbers.
  private func note(_ measured: Double, on machine: Platform) -> String {
    let processor = machine.device(of: .cpu).map { "\($0.model), \($0.cores) cores" } ?? "unknown"
    let date = Date.now.formatted(.iso8601.year().month().day())
    return "\(date), \(processor): \(objective.text(measured))"
  }

  private struct Rehearsed: Error {}

  /// Writes a pipeline's file, provided that it can be loaded.
  ///
  /// - Parameter isRehearsal: whether to try everything and leave no file.
  private func write(_ text: String, to file: String, isRehearsal: Bool = false) throws {
    do {
      // A path, even where it looks like a pipeline's name.
      try Data(text.utf8).writeWhole(to: URL(filePath: file).path) { path in
        do {
          _ = try Pipeline(path)
        } catch {
          let reason = "\(error)".replacingOccurrences(of: path, with: file)
          throw FileError("can't write \(file): the pipeline can't be loaded from there: \(reason)")
        }
        if isRehearsal { throw Rehearsed() }
      }
    } catch is Rehearsed {}
  }
}

/// The plans for given knobs; the planner chooses everything else, where it knows enough.
private struct TuningPlans {
  private let workload: PipelineWorkload
  private let platform: Platform
  private let calibration: Calibration?

  init(_ workload: PipelineWorkload, on platform: Platform) throws {
    self.workload = workload
    self.platform = platform
    do {
      calibration = try workload.calibration(on: platform)
    } catch {
      inform("from the usual plan, because \(error)")
      calibration = nil
    }
  }

  /// The planner's knobs for an objective, except for those that the file sets.
  func start(for objective: Objective) throws -> [ServingSettings.Knob: Int] {
    workload.pipeline.knobs(of: try plan(of: workload, for: objective))
  }

  /// The plan of `serve` for a file with these knobs.
  func plan(with knobs: [ServingSettings.Knob: Int]) throws -> Plan {
    var tuned = workload
    tuned.pipeline.settings.knobs = knobs
    return try plan(of: tuned, for: .throughput)
  }

  private func plan(of workload: PipelineWorkload, for objective: Objective) throws -> Plan {
    workload.pipeline.apply(
      workload.pipeline.settings,
      to: try chosen(workload, for: objective) ?? workload.pipeline.usualPlan(on: platform))
  }

  private func chosen(_ workload: PipelineWorkload, for objective: Objective) throws -> Plan? {
    guard let calibration, let footprint = calibration.footprints.first else { return nil }
    return try Planner(workload, on: platform, by: calibration, for: footprint)
      .nearestPlan(for: objective).chosen.plan
  }
}

enum TuneError: Error, CustomStringConvertible {
  case model(String)
  case takesTensors(String)
  case nothingToTune(String)

  var description: String {
    switch self {
    case .model(let path):
      "\(path) is a model and has no knobs; name a pipeline's file for them with --output, or try with --dry-run"
    case .takesTensors(let path): "\(path) takes tensors, and only pipelines that take images can be tuned"
    case .nothingToTune(let path):
      "\(path) has no stages before its network, so it has no knobs"
    }
  }
}
