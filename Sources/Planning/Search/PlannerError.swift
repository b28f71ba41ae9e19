import Basics

/// The reason why there is no plan.
public enum PlannerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No way to run the stage has been measured.
  case unknownCosts(stage: String, reason: String)
  /// No plan is fast enough. `lowest` is the lowest latency in seconds; `slowest` is its largest part.
  case latency(limit: Double, lowest: Double, slowest: String)
  /// No runnable plan has the user-given numbers.
  case unsatisfiable
  /// The machine's power is unknown.
  case unknownPower
  case noOption(stage: String, devices: [String])
  case wrongPlan(path: String, reason: String)

  public var description: String {
    switch self {
    case .unknownCosts(let stage, let reason): "the time of stage '\(stage)' is unknown: \(reason)"
    case .latency(let limit, let lowest, let slowest):
      "no plan has a latency within \(Self.milliseconds(limit)) ms; \(Self.milliseconds(lowest)) ms is the lowest possible, "
        + "most of it in \(slowest)"
    case .unsatisfiable:
      "no plan has the instances and batches that are asked for, as far as was measured; leave some of them to auto"
    case .unknownPower:
      "the objective 'efficiency' needs watts, and this machine has no meter that can be read (RAPL); "
        + "declare them with --platform FILE"
    case .noOption(let stage, let devices):
      "stage '\(stage)' can't run on \(devices.joined(separator: ", ")); add a device with --devices"
    case .wrongPlan(let path, let reason): "\(path) is no plan for this: \(reason)"
    }
  }

  private static func milliseconds(_ seconds: Double) -> String {
    let hundredths = Int(saturating: (seconds * 100_000).rounded(.up))
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
