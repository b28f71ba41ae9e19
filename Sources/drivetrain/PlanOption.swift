import ArgumentParser
import Dataflow
import Reinforcement
import Vision

/// By what plan to run.
struct PlanOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The plan to run by: auto (the best one, where 'drivetrain calibrate' has measured; else a usual one), or a file that 'drivetrain plan --json' has written.",
      valueName: "auto|file"))
  var plan = "auto"

  /// The plan, which is told in one line; `nil` where nothing is measured and none is given.
  func plan(for workload: any Workload, objective: Objective, on platform: Platform = .local) throws -> Plan?
  {
    let name = workload.graph.name
    guard plan == "auto" else {
      let plan = try PlanDocument(contentsOf: plan).plan
      try plan.check(workload.graph, on: platform)
      complain("\(name): by \(self.plan): \(plan)")
      return plan
    }
    do {
      let calibration = try workload.calibration(on: platform)
      guard let footprint = calibration.footprints.first else { return nil }
      let chosen = try Planner(workload, on: platform, by: calibration, for: footprint).plan(for: objective)
      complain("\(name): planned for \(objective): \(chosen.line)")
      return chosen.plan
    } catch CalibrationError.missing {
      return nil
    } catch let error as CalibrationError {
      complain("\(name): the usual plan, because \(error)")
      return nil
    }
  }
}
