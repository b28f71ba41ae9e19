import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning

struct Simulate: ParsableCommand, ApplicationCommand {
  static let configuration = CommandConfiguration(
    abstract: "Executes a plan in virtual time, on a machine that need not be here.",
    usage: "drivetrain simulate <application> [<options>]",
    discussion: """
      Items come as fast as they are let in. The plan is the best one, or one that 'drivetrain plan --json' has written.

      Example: drivetrain simulate classify --platform desktop-rtx4090
      """)

  @OptionGroup var options: ApplicationOptions
  @OptionGroup var planning: PlanningOptions

  @Option(help: ArgumentHelp("The plan to execute.", valueName: "file"))
  var plan: String?

  @Option(
    help: "How many iterations of the graph to simulate; enough to fill its queues many times if not given.")
  var iterations: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    struct Latency: Encodable { let p50, p99: Double }

    let application: String
    let platform: String?
    let plan: PlanDocument
    let items, virtualSeconds, throughput: Double
    let predicted, error: Double?
    let latency: Latency?
    let utilisation: [String: Double]
    let joulesPerItem: Double?
    let energy: String

    enum CodingKeys: String, CodingKey {
      case application, energy, error, items, plan, platform, predicted, throughput, utilisation
      case joulesPerItem = "joules_per_item"
      case latency = "latency_us"
      case virtualSeconds = "virtual_seconds"
    }
  }

  func validate() throws {
    let isNarrowed =
      !planning.place.isEmpty || planning.maximumLatency != nil || options.selection.list != nil
    if plan != nil, isNarrowed {
      throw ValidationError("--plan says what to execute; leave --place, --max-latency and --devices out")
    }
    if let iterations, !(2...10_000_000).contains(iterations) {
      throw ValidationError("--iterations must be from 2 to 10000000")
    }
  }

  func run() throws {
    let workload = try options.workload()
    let planner = try planning.planner(workload, on: options.machine())
    var chosen: ChosenPlan?
    let document: PlanDocument
    if let plan {
      document = try PlanDocument(contentsOf: plan)
    } else {
      let best = try planning.plan(by: planner)
      (chosen, document) = (best, PlanDocument(best))
    }
    let plan = chosen?.plan ?? document.plan
    let result = try Simulation(planner, plan: plan).run(iterations: iterations)
    let predicted = try (chosen?.prediction ?? planner.prediction(of: plan))?.throughput
    let report = Report(
      application: planner.graph.name, platform: planner.platform.name, plan: document, items: result.items,
      virtualSeconds: result.seconds, throughput: result.throughput, predicted: predicted,
      error: predicted.map { abs($0 - result.throughput) / result.throughput },
      latency: result.latency(at: 0.5).flatMap { p50 in
        result.latency(at: 0.99).map { Report.Latency(p50: p50 * 1e6, p99: $0 * 1e6) }
      }, utilisation: result.utilisation, joulesPerItem: result.joules,
      energy: result.joules == nil ? "unknown" : "modelled")
    try json ? printJSON(report) : printOut(text(report, plan, workload.itemName))
  }

  private func text(_ report: Report, _ plan: Plan, _ item: String) -> String {
    var lines = ["\(plan)"]
    lines.append(
      "simulated\(report.platform.map { " on \($0)" } ?? ""): \(report.throughput.fixed(1)) \(item)s/s"
        + (report.predicted.map { "; predicted \($0.fixed(1))" } ?? "")
        + (report.error.map { ", \(($0 * 100).fixed(2)) % off" } ?? ""))
    if let latency = report.latency {
      lines.append(
        "latency at full load: \((latency.p50 / 1000).fixed(2)) ms, of one in a hundred more than "
          + "\((latency.p99 / 1000).fixed(2)) ms")
    }
    for (name, share) in report.utilisation.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(name.padded(24))  \((share * 100).fixed(1, width: 5)) %")
    }
    if let joules = report.joulesPerItem {
      lines.append("\(joules.fixed(4)) J for one \(item) (\(report.energy))")
    }
    return lines.joined(separator: "\n")
  }
}
