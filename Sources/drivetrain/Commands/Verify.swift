import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning

struct Verify: ParsableCommand, ApplicationCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the chosen plan and others, and compares predictions with measurements.",
    usage: "drivetrain verify <application> [<options>]",
    discussion: """
      Plans run by turns. Regret says how much faster the best of them is than the chosen one.

      Example: drivetrain verify classify --plans 6
      """)

  @OptionGroup var options: ApplicationOptions

  @Option(help: "How many plans to run besides the chosen one.")
  var plans = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    struct Row: Encodable {
      let plan: String
      let predicted, measured, error: Double
      let joules: Double?

      enum CodingKeys: String, CodingKey {
        case error, measured, plan, predicted
        case joules = "joules_per_item"
      }
    }

    let rows: [Row]
    let medianError, worstError, regret: Double
    /// A fraction of the runs.
    let leftOut: Double

    enum CodingKeys: String, CodingKey {
      case regret, rows
      case leftOut = "left_out"
      case medianError = "median_error"
      case worstError = "worst_error"
    }
  }

  func validate() throws {
    guard (0...1000).contains(plans) else { throw ValidationError("--plans must be from 0 to 1000") }
  }

  func run() throws {
    let workload = try options.workload()
    let platform = try options.machineHere(to: "verified")
    let calibration = try workload.calibration(on: platform)
    let planner = Planner(workload, on: platform, by: calibration, for: workload.footprints[0])
    let candidates = try planner.alternatives(plans, for: .throughput)
    let (progress, bystanders) = (ProgressLine(), BackgroundLoad())
    let verification = try Verification(
      candidates, of: workload, on: platform, for: workload.footprints[0], under: calibration.conditions
    ) { round, rounds in progress.show("round \(round + 1) of \(rounds)", Double(round) / Double(rounds)) }
    progress.end()
    bystanders.warn()
    verification.warn(calibrated: calibration.conditions)
    let report = Report(
      rows: verification.rows.map {
        Report.Row(
          plan: "\($0.plan)", predicted: $0.predicted, measured: $0.measured.median, error: $0.error,
          joules: $0.joules)
      }, medianError: verification.medianError, worstError: verification.worstError,
      regret: verification.regret, leftOut: verification.leftOut)
    try json ? printJSON(report) : printOut(text(report, workload.itemName))
  }

  private func text(_ report: Report, _ item: String) -> String {
    var lines = ["predicted   measured   error   \(item)s/s"]
    lines += report.rows.map { row in
      "\(row.predicted.fixed(1, width: 9))  \(row.measured.fixed(1, width: 9))  \((row.error * 100).fixed(1, width: 4)) %   \(row.plan)"
    }
    lines.append(
      "median error \((report.medianError * 100).fixed(1)) %, worst \((report.worstError * 100).fixed(1)) %, "
        + "regret \((report.regret * 100).fixed(1)) %")
    return lines.joined(separator: "\n")
  }
}

extension Verification {
  /// Warns if many runs were made under other conditions than the calibration's.
  fileprivate func warn(calibrated: Conditions?) {
    guard isElsewhere || leftOut > 0.25, let calibrated, let conditions else { return }
    let leftOut = "\((leftOut * 100).fixed(0)) % of the runs were left out"
    guard !conditions.isLike(calibrated) else {
      return inform("\(leftOut): the machine's cores were slower, or further apart, for a while")
    }
    let what = isElsewhere ? "these runs are no test of the predictions" : leftOut
    inform(
      """
      \(what): the machine's cores mostly gave \((conditions.speed / calibrated.speed * 100).fixed(0)) % of their speed \
      when it was calibrated, \((conditions.distance * 1e9).fixed(0)) ns from one to another and not \
      \((calibrated.distance * 1e9).fixed(0)); if that stays, calibrate again
      """)
  }
}
