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

  @OptionGroup var selection: DeviceSelection

  var isAuto: Bool { plan == "auto" }

  func validate() throws {
    guard isAuto || selection.list == nil else {
      throw ValidationError(
        "--plan \(plan) and --devices both say where stages run; leave one of them out")
    }
  }

  /// The plan, which is told in one line; `nil` where nothing is measured and none is given.
  func plan(for workload: any Workload, objective: Objective, on machine: Platform = .local) throws -> Plan? {
    try choice(for: workload, objective: objective, on: machine).plan
  }

  /// The same, with what is expected of it where that was measured.
  func choice(
    for workload: any Workload, objective: Objective, on machine: Platform = .local
  ) throws -> (plan: Plan?, prediction: Prediction?) {
    let name = workload.graph.name
    guard isAuto else {
      let plan = try PlanDocument(contentsOf: plan).plan
      try plan.check(workload.graph, on: machine)
      complain("\(name): by \(self.plan): \(plan)")
      return (plan, nil)
    }
    let platform = try selection.platform(of: machine)
    do {
      let calibration = try workload.calibration(on: platform)
      guard let footprint = calibration.footprints.first else { return (try usual(on: platform), nil) }
      let (chosen, obstacle) = try Planner(workload, on: platform, by: calibration, for: footprint)
        .nearestPlan(for: objective)
      if let obstacle { complain("\(name): planned without the numbers in its file, because \(obstacle)") }
      complain("\(name): planned for \(objective): \(chosen.line)")
      return (chosen.plan, chosen.prediction)
    } catch CalibrationError.missing {
      return (try usual(on: platform), nil)
    } catch let error as CalibrationError {
      complain("\(name): the usual plan, because \(error)")
      return (try usual(on: platform), nil)
    }
  }

  /// None: whoever is given none has a usual one.
  private func usual(on platform: Platform) throws -> Plan? {
    guard platform.device(of: .cpu) != nil else {
      throw ValidationError("by the usual plan everything runs on cpu, which --devices leaves out")
    }
    return nil
  }

  /// The same error; where a device failed, it says how to run without it.
  ///
  /// - Parameter again: what to do, from the option that does without the device.
  func advised(_ error: any Error, again: ((String) -> String)? = nil) -> any Error {
    guard let error = error as? DeviceError, let platform = try? selection.platform(of: .local) else {
      return error
    }
    return error.advised(on: platform) {
      again?($0)
        ?? "run again with \($0)\(isAuto ? "" : " instead of --plan \(plan)") for the plan without it"
    }
  }
}
