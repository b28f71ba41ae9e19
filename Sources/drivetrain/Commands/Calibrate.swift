import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning

struct Calibrate: ParsableCommand, ApplicationCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how long each stage takes, by each implementation on each device.",
    usage: "drivetrain calibrate <application> [<options>]",
    discussion: """
      The measurements are kept for this machine; plan, verify, infer, serve and train use them. With --devices they \
      replace earlier ones, are of a machine with only these devices, and have to be used with --devices.

      Example: drivetrain calibrate classify
      """)

  @OptionGroup var options: ApplicationOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    struct Model: Encodable {
      let stage, implementation, device: String
      let source: String?
      let footprint: String
      let workers, batch: Int
      let median, spread: Double
      let samples, outliers: Int

      enum CodingKeys: String, CodingKey {
        case batch, device, footprint, implementation, outliers, samples, source, spread, stage, workers
        case median = "median_us"
      }
    }

    let application: String
    let machine: [String: String]
    let seconds: Double
    let overhead: Double
    let leftOut: Double?
    let models: [Model]
    let failures: [Calibration.Failure]?
    let agreements: [Calibration.Agreement]
    let path: String

    enum CodingKeys: String, CodingKey {
      case agreements, application, failures, machine, models, path, seconds
      case leftOut = "left_out"
      case overhead = "overhead_us"
    }
  }

  func run() throws {
    let workload = try options.workload()
    // Only checks the file: this machine is measured, whatever the file describes.
    _ = try options.described.machine()
    let (calibration, path) = try workload.calibrate(on: options.selection.platform(of: .local))
    try json ? printJSON(report(calibration, path)) : printOut(text(calibration, path))
  }

  private func rows(_ calibration: Calibration) -> [Report.Model] {
    calibration.models.flatMap { model in
      model.points.map { point in
        Report.Model(
          stage: model.subject.stage, implementation: model.subject.implementation,
          device: model.subject.device, source: model.subject.source, footprint: point.footprint.name,
          workers: point.workers, batch: point.batch, median: point.seconds.median * 1e6,
          spread: point.seconds.spread,
          samples: point.seconds.samples, outliers: point.seconds.outliers)
      }
    }
  }

  private func report(_ calibration: Calibration, _ path: String) -> Report {
    Report(
      application: calibration.application, machine: calibration.machine.parts, seconds: calibration.duration,
      overhead: calibration.overhead.median * 1e6, leftOut: calibration.leftOut, models: rows(calibration),
      failures: calibration.failures, agreements: calibration.agreements, path: path)
  }

  private func text(_ calibration: Calibration, _ path: String) -> String {
    var lines: [String] = []
    for footprint in calibration.footprints {
      lines.append("\(footprint)")
      for row in rows(calibration) where row.footprint == footprint.name {
        let what = row.source.map { "\(row.implementation), fed from \($0)" } ?? row.implementation
        lines.append(
          "  \(row.stage.padded(10))  \(what.padded(36))  \(row.device.padded(10))  "
            + "\((row.median / 1000).fixed(3, width: 9)) ms ± \((row.spread * 100).fixed(1, width: 4)) %"
            + (row.workers > 1 ? "  \(row.workers) workers" : "")
            + (row.batch > 1 ? "  batch of \(row.batch)" : "")
            + (row.outliers > 0 ? "  \(row.outliers) of \(row.samples) far off" : ""))
      }
    }
    for agreement in calibration.agreements {
      lines.append(
        "\(agreement.implementation) agrees with the reference on \((agreement.value * 100).fixed(1)) % of "
          + "\(agreement.samples) images")
    }
    for failure in calibration.failures ?? [] {
      lines.append(
        "\(failure.stage) by \(failure.implementation) on \(failure.device) is left out: \(failure.reason)")
    }
    if let leftOut = calibration.leftOut, leftOut > 0.005 {
      lines.append(
        "\((leftOut * 100).fixed(0)) % of the runs left out, because the machine's cores were slower, or further apart, than usual"
      )
    }
    lines.append("\(calibration.duration.fixed(1)) s; kept in \(path)")
    return lines.joined(separator: "\n")
  }
}

extension Workload {
  /// Measures an application, and keeps the result for other commands.
  ///
  /// - Parameter platform: this machine, or some of its devices.
  /// - Returns: the result and the file it is kept in.
  func calibrate(on platform: Platform) throws -> (Calibration, path: String) {
    guard platform.device(of: .cpu) != nil else {
      throw ValidationError("much of \(graph.name) only cpu can do, which --devices leaves out")
    }
    let store = ModelStore()
    try store.check(graph.name, signature: signature)
    let (progress, bystanders) = (ProgressLine(), BackgroundLoad())
    let calibration = try Calibrator(self, on: platform).calibrate { progress.show($0, $1) }
    progress.end()
    bystanders.warn()
    try store.save(calibration)
    return (calibration, store.path(of: calibration.application, signature: calibration.signature))
  }
}
