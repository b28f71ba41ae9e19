import ArgumentParser
import Basics
import Dataflow
import Foundation
import OpenCL
import Planning

struct PlanCommand: ParsableCommand, ApplicationCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Chooses each stage's device, implementation and instances, and predicts the result.",
    usage: "drivetrain plan <application> [<options>]",
    discussion: """
      Needs the measurements of 'drivetrain calibrate', and offers to make them on a terminal.

      Example: drivetrain plan classify --objective latency
      """)

  @OptionGroup var options: ApplicationOptions
  @OptionGroup var planning: PlanningOptions

  @Flag(help: "Print every plan, best first.")
  var all = false

  @Flag(help: "Print one JSON object; 'infer', 'serve' and 'train' take it by --plan.")
  var json = false

  func run() throws {
    let workload = try options.workload()
    let planner = try planner(workload, on: options.machine())
    if all {
      let plans = try planner.all(for: planning.objective, maximumLatency: planning.limit)
      if json {
        try printJSON(["plans": plans.map { PlanDocument($0) }])
      } else {
        try printOut(plans.map(\.line).joined(separator: "\n"))
      }
      return
    }
    let chosen = try planning.plan(by: planner)
    let whatIf = try planner.whatIf(planning.objective)
    try json
      ? printJSON(PlanDocument(chosen, whatIf: whatIf)) : printOut(chosen.text(whatIf, workload.itemName))
  }

  /// A planner, after a calibration if that is missing and the user agrees.
  private func planner(_ workload: any Workload, on machine: Platform) throws -> Planner {
    do {
      return try planning.planner(workload, on: machine)
    } catch let error as CalibrationError {
      guard let isWanted = CalibrationOffer.answer(to: options.advised(error), json: json) else {
        throw error
      }
      // The reason has been printed.
      guard isWanted else { throw ExitCode(1) }
      _ = try workload.calibrate(on: machine.measured)
      return try planning.planner(workload, on: machine)
    }
  }
}

/// The objective of planning.
struct PlanningOptions: ParsableArguments {
  @Option(help: "The objective: throughput, latency or efficiency.")
  var objective = Objective.throughput

  @Option(
    name: .customLong("max-latency"), parsing: .unconditional,
    help: ArgumentHelp("Milliseconds that an item alone may take; in batches, a full one.", valueName: "ms"))
  var maximumLatency: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Consider only plans with these stages on these devices.", valueName: "stage=device"))
  var place: [String] = []

  func validate() throws {
    if let wrong = place.first(where: { $0.split(separator: "=").count != 2 }) {
      throw ValidationError("--place takes stage=device, not '\(wrong)'")
    }
    if let maximumLatency, !(maximumLatency > 0) {
      throw ValidationError("--max-latency must be more than 0")
    }
  }

  /// The maximum latency in seconds.
  var limit: Double { maximumLatency.map { $0 / 1000 } ?? .infinity }

  func plan(by planner: Planner) throws -> ChosenPlan {
    try planner.plan(for: objective, maximumLatency: limit)
  }

  func planner(_ workload: any Workload, on platform: Platform) throws -> Planner {
    let calibration = platform.isMeasured ? try workload.calibration(on: platform) : nil
    var planner = Planner(workload, on: platform, by: calibration, for: workload.footprints[0])
    for pair in place.map({ $0.split(separator: "=").map(String.init) }) {
      try check(pair[0], among: workload.graph.stages.map(\.name), "stage")
      try check(pair[1], among: platform.devices.map(\.name), "device")
      planner.placed[pair[0]] = pair[1]
    }
    return planner
  }

  private func check(_ name: String, among known: [String], _ what: String) throws {
    guard known.contains(name) else { throw ValidationError(unknown: what, name, among: known) }
  }
}

extension Objective: ExpressibleByArgument {}

extension ChosenPlan {
  /// The plan in one line, with its prediction.
  var line: String {
    "\(plan): \(prediction.throughput.fixed(1)) /s, \((prediction.latency * 1000).fixed(2)) ms "
      + "(predicted\(platform.map { " from \($0)" } ?? ""))"
  }

  private var isBatched: Bool { plan.placements.contains { $0.batch > 1 } }

  fileprivate func text(_ whatIf: [(change: String, throughput: Double)], _ item: String) -> String {
    var lines: [String] = []
    for entry in PlanDocument(self).stages {
      lines.append(
        "  \(entry.stage.padded(10))  \(entry.device.padded(10))  \(entry.implementation.padded(26))  × \(entry.instances)"
          + (entry.batch > 1 ? ", batches of \(entry.batch)" : "")
      )
    }
    lines.append(
      "predicted\(platform.map { " from the platform file \($0)" } ?? ""): \(prediction.throughput.fixed(1)) \(item)s/s, \((prediction.latency * 1000).fixed(2)) ms for \(isBatched ? "a full batch" : "one \(item) alone")"
        + (prediction.joules.map { ", \($0.fixed(3)) J each (\(energy))" } ?? "")
        + (isExact ? "" : "; a better plan may exist"))
    lines.append("bottleneck: \(prediction.bottleneck)")
    let most = whatIf.map(\.change.count).max() ?? 0
    for answer in whatIf {
      lines.append("  if \(answer.change.padded(most)): \(answer.throughput.fixed(1)) \(item)s/s")
    }
    return lines.joined(separator: "\n")
  }
}
