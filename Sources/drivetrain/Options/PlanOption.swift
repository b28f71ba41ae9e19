import ArgumentParser
import Basics
import Dataflow
import Planning
import Reinforcement
import Vision

/// By what plan to run.
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

  /// The plan, which is told in one line; `nil` where nothing is measured and none is given.
  func plan(
    for workload: any Workload, objective: Objective, on machine: Platform = .local,
    calibrating: String? = nil
  ) throws -> Plan? {
    try choice(for: workload, objective: objective, on: machine, calibrating: calibrating).plan
  }

  /// The same, with what is expected of it where that was measured.
  ///
  /// - Parameter arguments: what `calibrate` takes for the application, if that is more than its name.
  func choice(
    for workload: any Workload, objective: Objective, on machine: Platform = .local,
    calibrating arguments: String? = nil
  ) throws -> (plan: Plan?, prediction: Prediction?) {
    let name = workload.graph.name
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
        "\(name): the usual plan, because \(error.message(calibrating: selection.appended(to: arguments ?? name.quoted)))"
      )
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
  /// The plan of an application, if it is one.
  ///
  /// - Throws: `PlannerError.wrongPlan` if it is another application's, or less precise than the application allows; `PlanError`
  ///   if it can't be run.
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
