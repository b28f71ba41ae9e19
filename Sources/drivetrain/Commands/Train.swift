import ArgumentParser
import Basics
import Dataflow
import Foundation
import Planning
import Reinforcement

struct Train: ParsableCommand, PlannedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains an agent.", usage: "drivetrain train [<experiment>] [<options>]",
    discussion: """
      Leaves checkpoints, TensorBoard event files and metrics.csv in a folder. However it ends, its progress is saved: \
      Ctrl-C, a closed terminal and SIGTERM stop it after the update that runs.

      Examples:
        drivetrain train dqn-cartpole --seed 1
        drivetrain train dqn-cartpole --set learning_rate=1e-3 "hidden=[64, 64]"
        drivetrain train --resume runs/dqn-cartpole-seed1
        drivetrain train --resume runs/dqn-cartpole-seed1 --set learning_rate=1e-4
        drivetrain train dqn-cartpole --start-from runs/dqn-cartpole-seed1
      """)

  @Argument(
    help: "An experiment's name in Experiments/, or a path to its YAML file.",
    completion: .named(in: "Experiments"))
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

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(help: ArgumentHelp("Go on with the run in this folder.", valueName: "dir"))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Begin with the weights of this checkpoint, or of the best one in a run's folder.",
      valueName: "checkpoint"
    ))
  var startFrom: String?

  @OptionGroup(title: "Placement") var planned: PlanOption
  @OptionGroup(title: "Placement") var described: MachineOption

  @Flag(help: "Write each step to steps.csv.")
  var logSteps = false

  @Flag(help: "Print only errors on the way.")
  var quiet = false

  @Flag(help: "Print one JSON object at the end.")
  var json = false

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if let resume {
      guard !resume.isEmpty else { throw ValidationError("--resume needs the folder of a run") }
      guard seed == nil, output == nil, startFrom == nil, !overwrite else {
        throw ValidationError(
          "--resume goes on with the seed, the folder and the weights of the run; leave --seed, --output, --overwrite and --start-from out"
        )
      }
    } else if experiment == nil, startFrom == nil {
      throw ValidationError("name an experiment, such as 'dqn-cartpole'")
    }
    if overwrite, output == nil { throw ValidationError("--overwrite replaces the run in --output; name it") }
  }

  func run() throws {
    Interruption.listen(saving: true)
    let machine = try described.machineHere(to: "run")
    let session = try resume.map { try resumed($0, on: machine) } ?? begun(on: machine)
    let (trainer, folder) = (session.trainer, session.folder)
    let limit = steps ?? trainer.experiment.budget.steps
    let firstStep = trainer.steps
    let display = ProgressDisplay(isQuiet: quiet, curve: session.log.curve)
    notice(
      "\(trainer.experiment.name): \(type(of: trainer.experiment.algorithm).algorithm) in "
        + "\(trainer.experiment.environment), seed \(trainer.experiment.budget.seed), to \(folder.path)")
    if resume != nil, trainer.steps >= limit, !trainer.hasWorkLeft {
      notice("all of its \(trainer.steps.counted("step")) are done; --set steps=\(2 * trainer.steps) goes on")
    }

    let account = try EnergyAccount(trainer.graph, plan: trainer.plan, on: machine)
    do {
      try trainer.train(until: limit) { event in
        try session.log.record(event)
        display.show(event)
        account.read()
        switch event {
        case .progress: break
        case .evaluation(_, _, let isBest):
          if isBest { try trainer.save(to: folder.best, withReplay: false) }
        case .checkpointDue: try session.save()
        }
      } shouldStop: {
        Interruption.isAsked
      }
      let energy = account.energy(of: trainer.steps - firstStep, trainer.occupancy)
      try session.save()
      display.end()
      try finish(session, display, energy, limit: limit)
    } catch {
      display.end()
      throw ended(error, session)
    }
  }

  /// Evaluates the policy, and reports.
  private func finish(_ session: RunSession, _ display: ProgressDisplay, _ energy: Energy?, limit: Int) throws
  {
    let (trainer, folder) = (session.trainer, session.folder)
    guard !Interruption.isAsked || (trainer.steps >= limit && !trainer.hasWorkLeft) else {
      let signal = Interruption.signal.map { " by \($0)" } ?? ""
      session.end("stopped\(signal)")
      throw Ending("stopped at step \(trainer.steps)\(signal); \(session.resumption(steps))")
    }
    let known = display.latest.flatMap { $0.step == trainer.steps ? $0.evaluation : nil }
    let evaluation = known ?? trainer.evaluate { Interruption.isAsked }
    if trainer.bestReturn == nil { try trainer.save(to: folder.best, withReplay: false) }
    session.end(trainer.steps < trainer.experiment.budget.steps ? "stopped by --steps" : "finished")
    guard let evaluation else {
      throw Ending(
        "all \(trainer.steps) steps are saved in \(session.checkpoint); their last evaluation was stopped")
    }
    let report = TrainingReport(
      trainer, session.record, energy: energy, evaluation, checkpoint: session.checkpoint)
    let columns = isatty(STDOUT_FILENO) == 1 ? TerminalLine.columns(of: STDOUT_FILENO) : 80
    try json ? printJSON(report) : printOut(report.forHumans(curve: display.curve, columns: columns))
  }

  /// Saves the training after an error, and adds the saved files to the error.
  private func ended(_ error: any Error, _ session: RunSession) -> any Error {
    let (trainer, folder) = (session.trainer, session.folder)
    session.end("\(error)")
    switch error {
    case is Ending: return error
    case is TrainingError:
      do {
        try trainer.save(to: folder.diverged)
      } catch {
        _ = try? trainer.save(to: folder.diverged, withReplay: false)
      }
      return FileError("\(error). All is kept in \(folder.diverged); \(session.wayOn)")
    case is DeviceError:
      guard folder.canBeResumed else {
        // Files from the failed start would be in the way.
        return planned.advised(error, besides: output == nil ? "" : "--overwrite ")
      }
      return planned.advised(error) {
        "go on by the plan without it: drivetrain train --resume \(folder.path.quoted) \($0)"
      }
    case is CheckpointError, is RunDirectoryError, is FileError:
      // The failure may be of the logs or the report only.
      let isSaved = (try? session.save()) != nil
      return FileError("\(error); \(isSaved ? session.resumption(steps) : session.rescue())")
    default: return error
    }
  }

  /// Prints a message that isn't an error.
  private func notice(_ text: String) { if !quiet { inform(text) } }

  /// A trainer by the plan; but 'auto' doesn't change the experiment's own number of threads.
  private func trainer(_ experiment: Experiment, on machine: Platform) throws -> Trainer {
    if planned.isAuto, experiment.budget.threads > 1 {
      try planned.selection.check()
      return try Trainer(experiment)
    }
    let arguments = self.experiment.map { ApplicationOptions.arguments($0, set: set) }
    let plan = try planned.plan(
      for: TrainingWorkload(experiment), objective: .throughput, on: machine, calibrating: arguments)
    return try Trainer(experiment, plan: plan)
  }

  private func begun(on machine: Platform) throws -> RunSession {
    var changes = set
    if let seed { changes.append("seed=\(seed)") }
    let source = try startFrom.map { try CheckpointReader(path: RunDirectory.checkpoint(at: $0)) }
    let experiment: Experiment
    if let source, self.experiment == nil {
      experiment = try Experiment(of: source, changes: changes)
    } else {
      experiment = try Experiment(self.experiment ?? "", changes: changes)
    }
    let trainer = try trainer(experiment, on: machine)
    if let source { try trainer.start(from: source) }
    let place = output ?? "runs"
    try DiskForecast(experiment, trainer.spaces, steps: steps ?? experiment.budget.steps).check(
      against: DiskForecast.Room(at: place), at: place,
      present: overwrite ? RunDirectory.checkpointBytes(in: place) : 0)
    let folder = try RunDirectory(creating: output, for: experiment, overwriting: overwrite)
    var record = RunRecord()
    record.begin(
      at: 0, startedFrom: source.map { "\($0.path), step \($0.metadata.steps)" }, under: trainer.conditions)
    return try RunSession(trainer, in: folder, record, logsSteps: logSteps)
  }

  private func resumed(_ path: String, on machine: Platform) throws -> RunSession {
    let folder = try RunDirectory(resuming: path)
    let checkpoint = try CheckpointReader(path: folder.latest)
    let experiment = try Experiment(of: checkpoint, changes: set)
    if let named = self.experiment {
      let name = try Experiment(named).name
      guard name == experiment.name else {
        throw FileError("\(path) is a run of \(experiment.name), not of \(name)")
      }
    }
    let changes = experiment.changes(since: checkpoint.metadata.experiment)
    if let fixed = changes.first(where: { Experiment.fixedKeys.contains($0.key) }) {
      let way =
        Experiment.networkKeys.contains(fixed.key) ? "" : " with its weights by --start-from \(path.quoted)"
      throw FileError("\(fixed.key) can't change while a run goes on; begin a new one\(way)")
    }
    var record = try RunRecord(contentsOf: folder.record)
    let before = record.conditions
    let trainer = try trainer(experiment, following: before, changes, on: machine)
    try trainer.restore(from: checkpoint)
    try DiskForecast(experiment, trainer.spaces, steps: steps ?? experiment.budget.steps).check(
      against: DiskForecast.Room(at: path), at: path, present: RunDirectory.checkpointBytes(in: path))
    let differences = before.map { trainer.conditions.differences(from: $0) } ?? []
    if !differences.isEmpty {
      inform(
        "from step \(trainer.steps) on with \(differences.joined(separator: ", ")): results may differ from those of a run that goes on as it began"
      )
    }
    if !changes.isEmpty {
      try folder.write(experiment)
      notice(
        "from step \(trainer.steps) on: "
          + changes.map { "\($0.key)=\($0.now) (it was \($0.before))" }.joined(separator: ", "))
    }
    record.begin(
      at: trainer.steps, changes: changes.map { "\($0.key)=\($0.now)" }, under: trainer.conditions)
    return try RunSession(trainer, in: folder, record, logsSteps: logSteps)
  }

  /// A trainer by the run's own plan, unless another one is given.
  private func trainer(
    _ experiment: Experiment, following conditions: RunConditions?, _ changes: [Experiment.Change],
    on machine: Platform
  ) throws -> Trainer {
    guard let conditions, planned.isAuto, planned.selection.list == nil,
      !changes.contains(where: { $0.key == "threads" })
    else { return try trainer(experiment, on: machine) }
    do {
      return try Trainer(experiment, plan: conditions.plan, on: machine)
    } catch let error as PlanError {
      throw FileError(
        "the run's plan can't be followed here: \(error); go on by another one with --plan or --devices cpu")
    }
  }
}

/// A run that has ended normally, without a report.
private struct Ending: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
