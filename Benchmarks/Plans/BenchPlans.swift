import Dataflow
import Foundation
import OpenCL
import OpenCLReinforcement
import OpenCLVision
import Planning
import TestSupport

/// Whether plans do what is predicted of them, and whether the chosen one is the one to choose. Of every application, several
/// times: the chosen plan and six others by turns; then the chosen one and that which is used without calibration.
///
/// - error: of the predicted throughput, median and worst of the plans;
/// - regret: how much faster the best of them is than the chosen one;
/// - left out: runs that don't count, because the machine's cores gave something else than when it was calibrated;
/// - ÷ usual: the chosen plan's throughput ÷ that of the plan used without calibration. With a tolerance, that is ONNX
///   Runtime's in fp32, as is the best of its plans that comes next.
///
/// What isn't calibrated is calibrated first, about a minute each. Usage: bench-plans [RUNS] [WORD OF THE NAME]
@main
struct BenchPlans {
  static func main() throws {
    OpenCLDevice.registerVision()
    OpenCLDevice.registerNetworks()
    let arguments = CommandLine.arguments.dropFirst()
    let runs = arguments.first.flatMap { Int($0) } ?? 3
    let word = arguments.last { Int($0) == nil } ?? ""
    let folder = try TemporaryFolder()
    say(
      "| application | chosen | items/s | median error | worst | regret | left out | ÷ usual | ÷ best of ONNX Runtime fp32 |"
    )
    say("|---|---|---|---|---|---|---|---|---|")
    for application in try Application.all(in: folder) where word.isEmpty || application.name.contains(word) {
      let rows = try (0..<runs).map { _ in try row(application) }
      func each(_ value: (Row) -> String) -> String { rows.map(value).joined(separator: ", ") }
      say(
        "| \(application.name) | \(rows[0].chosen) | \(each { $0.throughput.told(1) }) | "
          + "\(each { $0.medianError.percent }) | \(each { $0.worstError.percent }) | \(each { $0.regret.percent }) | "
          + "\(each { $0.leftOut.percent }) | "
          + "\(each { $0.toUsual.told(2) }) | \(each { $0.toReference?.told(2) ?? "–" }) |")
    }
  }

  /// At once: it takes half an hour.
  private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  struct Row {
    let chosen: String
    let throughput, medianError, worstError, regret, leftOut, toUsual: Double
    let toReference: Double?
  }

  private static func row(_ application: Application) throws -> Row {
    let (workload, platform) = (application.workload, Platform.local)
    let calibration = try calibration(workload, on: platform)
    let planner = Planner(workload, on: platform, by: calibration, for: application.footprint)
    let candidates = try planner.alternatives(6, for: .throughput)
    let reference = try planner.all(for: .throughput).first { $0.plan.isReference }
    let others = [reference].compactMap { $0 }.filter { !candidates.contains($0) }
    let verification = try Verification(
      candidates + others, of: workload, on: platform, for: application.footprint,
      under: calibration.conditions)
    let predicted = Verification(rows: Array(verification.rows.prefix(candidates.count)))
    let chosen = verification.rows[0]
    let slice = max(0.4, Verification.itemsPerSlice / chosen.measured.median)
    let usual = try alternating(chosen.plan, application.usual, application, on: platform, slice: slice)
    return Row(
      chosen: "\(chosen.plan)", throughput: chosen.measured.median, medianError: predicted.medianError,
      worstError: predicted.worstError, regret: predicted.regret, leftOut: verification.leftOut,
      toUsual: usual,
      toReference: verification.rows.first { $0.plan == reference?.plan }.map {
        chosen.measured.median / $0.measured.median
      })
  }

  /// The median of how much faster one plan is than another.
  private static func alternating(
    _ plan: Plan, _ other: Plan, _ application: Application, on platform: Platform,
    slice: Double
  ) throws -> Double {
    let runs = try [plan, other].map {
      try application.workload.start($0, on: platform, for: application.footprint)
    }
    let ratios = try (0..<9).map { _ in
      let throughputs = try runs.map { try $0.run(seconds: slice).throughput }
      return throughputs[0] / throughputs[1]
    }
    return ratios.sorted()[ratios.count / 2]
  }

  private static func calibration(_ workload: any Workload, on platform: Platform) throws -> Calibration {
    if let known = try? workload.calibration(on: platform) { return known }
    let calibration = try Calibrator(workload, on: platform).calibrate()
    try ModelStore().save(calibration)
    return calibration
  }
}

extension Plan {
  /// Whether it runs a network by ONNX Runtime in fp32, and everything on the CPU.
  fileprivate var isReference: Bool {
    let names = placements.flatMap { $0.implementations.values }
    return names.contains { $0.hasPrefix("onnxruntime") }
      && !names.contains { $0.contains("int8") || $0.contains("opencl") }
  }
}

extension Double {
  fileprivate func told(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
  fileprivate var percent: String { (self * 100).told(1) + " %" }
}
