import ArgumentParser
import Basics
import Dataflow
import Planning
import Reinforcement
import Vision

/// The plan to run by.
struct PlanOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The plan to run by: auto (the best one, where 'drivetrain calibrate' has measured; else a usual one), or a file that 'drivetrain plan --json' has written.",
      valueName: "auto|file"))
  var plan = "auto"

  @OptionGroup(title: "Placement") var selection: DeviceSelection

  var isAuto: Bool { plan == "auto" }

  func validate() throws {
    guard isAuto || selection.list == nil else {
      throw ValidationError(
        "--plan \(plan) and --devices both say where stages run; leave one of them out")
    }
  }

  /// The plan, which is also logged in one line; `nil` if nothing is measured and no plan is given.
  func plan(
    for workload: any Workload, objective: Objective, on machine: Platform = .local,
    calibrating: String? = nil
  ) throws -> Plan? {
    try choice(for: workload, objective: objective, on: machine, calibrating: calibrating).plan
  }

  /// The plan with its prediction, if that was measured.
  ///
  /// - Parameter arguments: the arguments of `calibrate` for the application, if they are more than its name.
  func choice(
    for workload: any Workload, objective: Objective, on machine: Platform = .local,
    calibrating arguments: String? = nil
  ) throws -> (plan: Plan?, prediction: Prediction?) {
    let name = workload.graph.name
    let reference = (workload as? PipelineWorkload)?.pipeline.reference ?? name
    guard isAuto else {
      let plan = try PlanDocument(contentsOf: plan).plan(of: workload, on: machine, from: plan)
      inform("\(name): by \(self.plan): \(plan)")
      return (plan, nil)
    }
    let platform = try selection.platform(of: machine)
    do {
      let calibration = try workload.calibration(on: platform)
      guard let footprint = calibration.footprints.first else { return (try usual(on: platform), nil) }
      let (chosen, obstacle) = try Planner(workload, on: platform, by: calibration, for: footprint)
        .nearestPlan(for: objective)
      if let obstacle { inform("\(name): planned without the numbers in its file, because \(obstacle)") }
      inform("\(name): planned for \(objective): \(chosen.line)")
      return (chosen.plan, chosen.prediction)
    } catch CalibrationError.missing {
      return (try usual(on: platform), nil)
    } catch let error as CalibrationError {
      inform(
        "\(name): the usual plan, because \(error.message(calibrating: selection.appended(to: arguments ?? reference.quoted)))"
      )
      return (try usual(on: platform), nil)
    }
  }

  /// No plan: callers then use their default.
  private func usual(on platform: Platform) throws -> Plan? {
    guard platform.device(of: .cpu) != nil else {
      throw ValidationError("by the usual plan everything runs on cpu, which --devices leaves out")
    }
    return nil
  }

  /// The same error; for a failed device, with a way to run without it.
  ///
  /// - Parameter again: turns the option that excludes the device into the user's next step.
  func advised(_ error: any Error, besides option: String = "", again: ((String) -> String)? = nil)
    -> any Error
  {
    guard let error = error as? DeviceError else { return error }
    return selection.advised(error) {
      again?($0)
        ?? "run again with \(option)\($0)\(isAuto ? "" : " instead of --plan \(plan)") for the plan without it"
    }
  }
}

extension PlanDocument {
  /// The plan, checked against an application.
  ///
  /// - Throws: `PlannerError.wrongPlan` if it is another application's, or less precise than the application
  ///   allows; `PlanError` if it can't run.
  fileprivate func plan(of workload: any Workload, on machine: Platform, from path: String) throws -> Plan {
    if let application, application != workload.graph.name {
      throw PlannerError.wrongPlan(
        path: path, reason: "it is one of \(application), not of \(workload.graph.name)")
    }
    try plan.check(workload.graph, on: machine)
    let stage = plan.firstTooImprecise(of: workload, on: machine) {
      (try? workload.calibration(on: machine))?.agreements ?? []
    }
    if let stage {
      throw PlannerError.wrongPlan(
        path: path,
        reason: workload.tolerance.isEmpty
          ? "stage '\(stage)' would run in a lower precision, and \(workload.graph.name) states no tolerance"
          : "stage '\(stage)' would run in a lower precision that was not found to be within the tolerance of \(workload.graph.name)"
      )
    }
    return plan
  }
}
