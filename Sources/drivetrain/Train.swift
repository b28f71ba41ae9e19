import ArgumentParser
import Dataflow
import Foundation
import Reinforcement

struct Train: ParsableCommand, PlannedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains an agent.",
    discussion: """
      Leaves checkpoints, TensorBoard event files and metrics.csv in a folder. Ctrl-C saves a checkpoint first.

      Examples:
        drivetrain train dqn-cartpole --seed 1
        drivetrain train dqn-cartpole --set learning_rate=1e-3 "hidden=[64, 64]"
        drivetrain train --resume runs/dqn-cartpole-seed1
      """)

  @Argument(help: "An experiment's name in Experiments/, or a path to its YAML file.")
  var experiment: String?

  @Option(help: "The seed of everything random; the experiment's if not given.")
  var seed: UInt32?

  @Option(
    help: "Stop after so many steps in all. Schedules keep the length that 'steps' of the experiment says.")
  var steps: Int?

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Change settings of the experiment.", valueName: "key=value")
  )
  var set: [String] = []

  @Option(help: "The folder to write to; runs/EXPERIMENT-seedN if not given.")
  var output: String?

  @Option(help: ArgumentHelp("Go on with the run in this folder.", valueName: "dir"))
  var resume: String?

  @OptionGroup var planned: PlanOption
  @OptionGroup var described: MachineOption

  @Flag(help: "Print one JSON object at the end.")
  var json = false

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if resume != nil {
      guard set.isEmpty, seed == nil, output == nil else {
        throw ValidationError(
          "--resume goes on with the settings, the seed and the folder of the run; leave --set, --seed and --output out"
        )
      }
    } else if experiment == nil {
      throw ValidationError("name an experiment, such as 'dqn-cartpole'")
    }
  }

  func run() throws {
    Interruption.listen()
    let machine = try described.machineHere(to: "run")
    let (trainer, folder) = try resume.map { try resumed($0, on: machine) } ?? begun(on: machine)
    let limit = steps ?? trainer.experiment.schedule.steps
    let firstStep = (steps: trainer.steps, updates: trainer.updates)
    let log = try RunLog(folder, from: trainer.steps)
    let display = ProgressDisplay()
    complain(
      "\(trainer.experiment.name): \(type(of: trainer.experiment.algorithm).algorithm) in "
        + "\(trainer.experiment.environment), seed \(trainer.experiment.schedule.seed), to \(folder.path)")

    let account = try EnergyAccount(trainer.graph, plan: trainer.plan, on: machine)
    let begin = MonotonicTime().now
    do {
      try trainer.train(until: limit) { event in
        try log.record(event)
        display.show(event)
        account.read()
        switch event {
        case .progress: break
        case .evaluation(_, _, let isBest):
          if isBest { try trainer.save(to: folder.best, withReplay: false) }
        case .checkpointDue: try trainer.save(to: folder.latest)
        }
      } shouldStop: {
        Interruption.isAsked
      }
    } catch let error as TrainingError {
      display.end()
      try trainer.save(to: folder.diverged)
      throw FileError("\(error). All is kept in \(folder.diverged)")
    } catch {
      display.end()
      guard folder.canBeResumed else { throw error }
      throw planned.advised(error) {
        "go on by the plan without it: drivetrain train --resume \(folder.path) \($0)"
      }
    }
    display.end()
    let seconds = Double(MonotonicTime().now - begin) / 1e9
    let energy = account.energy(of: trainer.steps - firstStep.steps, trainer.occupancy)
    try trainer.save(to: folder.latest)
    if trainer.steps < limit {
      throw FileError(
        "stopped at step \(trainer.steps); go on with: drivetrain train --resume \(folder.path)"
          + (steps.map { " --steps \($0)" } ?? ""))
    }
    let evaluation = trainer.evaluate()
    if trainer.bestReturn == nil { try trainer.save(to: folder.best, withReplay: false) }
    let report = TrainingReport(
      trainer, steps: trainer.steps - firstStep.steps, updates: trainer.updates - firstStep.updates,
      seconds: seconds, energy: energy, evaluation, checkpoint: folder.latest)
    try json ? printJSON(report) : printOut(report.forHumans(curve: display.curve))
  }

  /// By the plan; but a number of threads that the experiment asks for is not changed by 'auto'.
  private func trainer(_ experiment: Experiment, on machine: Platform) throws -> Trainer {
    if planned.isAuto, experiment.schedule.threads > 1 {
      try planned.selection.check()
      return try Trainer(experiment)
    }
    let arguments = self.experiment.map { ApplicationOptions.arguments($0, set: set) }
    let plan = try planned.plan(
      for: TrainingWorkload(experiment), objective: .throughput, on: machine, calibrating: arguments)
    return try Trainer(experiment, plan: plan)
  }

  private func begun(on machine: Platform) throws -> (Trainer, RunDirectory) {
    var changes = set
    if let seed { changes.append("seed=\(seed)") }
    let experiment = try Experiment(experiment ?? "", changes: changes)
    let trainer = try trainer(experiment, on: machine)
    return (trainer, try RunDirectory(creating: output, for: experiment))
  }

  private func resumed(_ path: String, on machine: Platform) throws -> (Trainer, RunDirectory) {
    let folder = try RunDirectory(resuming: path)
    let checkpoint = try CheckpointReader(path: folder.latest)
    let saved = try Experiment(of: checkpoint)
    if let experiment {
      let named = try Experiment(experiment).name
      guard named == saved.name else {
        throw FileError("\(path) is a run of \(saved.name), not of \(named)")
      }
    }
    let trainer = try trainer(saved, on: machine)
    try trainer.restore(from: checkpoint)
    return (trainer, folder)
  }
}
