import Basics
import Dataflow
import Kernels
import Planning

/// Trains an agent: makes the parts, joins them to a graph, and runs it.
///
///     let trainer = try Trainer(CartPole(), DQNConfiguration(), steps: 50_000)
///     try trainer.train()
///     print(try trainer.evaluate(episodes: 20).mean)
///
/// The same experiment and seed give the same weights bit for bit under the same `RunConditions`, also over
/// stops, saves and restores. Used by one thread at a time.
public final class Trainer {
  public let experiment: Experiment
  public let plan: Plan
  let parts: TrainingParts
  let executor: SequentialExecutor
  private let evaluator: Evaluator
  private let platform: Platform
  /// The mean return of the best evaluation so far.
  public internal(set) var bestReturn: Double?
  /// Whether the training was stopped before the current step's evaluation.
  var isEvaluationDue = false
  /// The clock of the time between checkpoints.
  var time: any TimeSource = MonotonicTime()

  /// A trainer of an experiment in a registered environment.
  ///
  /// - Parameter plan: the stages' implementations and devices; by the experiment's settings if `nil`. The
  ///   learner's networks are on its stage's device.
  /// - Throws: `TrainingError`, `EnvironmentError`, `PlanError`, `DeviceError`, or `MemoryShortage` if the
  ///   replay table and the networks would not fit.
  public convenience init(_ experiment: Experiment, plan: Plan? = nil, on platform: Platform = .local) throws
  {
    try self.init(experiment, plan: plan, on: platform) {
      try EnvironmentRegistry.make(experiment.environment, count: $0)
    }
  }

  /// A trainer in an environment of any type, with an algorithm.
  public convenience init(
    _ environment: some Environment, _ algorithm: some AlgorithmConfiguration, steps: Int = 100_000,
    seed: Int = 0, learnerDevice: String = "cpu", checksEnvironment: Bool = true
  ) throws {
    let id = type(of: environment).id
    var experiment = Experiment(id, environment: id, algorithm: algorithm)
    experiment.budget.steps = steps
    experiment.budget.seed = seed
    try self.init(
      experiment, in: environment, learnerDevice: learnerDevice, checksEnvironment: checksEnvironment)
  }

  /// A trainer of an experiment in an environment of any type.
  ///
  /// - Parameters:
  ///   - learnerDevice: the device of the learner's networks, by its name in `Platform.local`.
  ///   - checksEnvironment: whether an `EnvironmentCheck` comes first, which takes some hundred steps of
  ///     copies.
  public convenience init(
    _ experiment: Experiment, in environment: some Environment, learnerDevice: String = "cpu",
    checksEnvironment: Bool = true
  ) throws {
    try Spaces(of: environment).check(type(of: environment).id)
    if checksEnvironment { try EnvironmentCheck.run(environment, bounds: false) }
    try self.init(
      experiment, plan: TrainingGraph.plan(threads: experiment.budget.threads, learnerOn: learnerDevice),
      on: .local
    ) { VectorEnvironment(environment, count: $0) }
  }

  private init(
    _ experiment: Experiment, plan: Plan?, on platform: Platform,
    makeEnvironments: (_ count: Int) throws -> VectorEnvironment
  ) throws {
    self.experiment = experiment
    self.platform = platform
    try experiment.check()
    let environments = try makeEnvironments(1)
    let (settings, spaces) = (experiment.algorithm.common, environments.spaces)
    let seed = UInt64(experiment.budget.seed)
    var initialisation = RandomStream(seed: seed, purpose: "initialisation")
    let plan = plan ?? TrainingGraph.plan(threads: experiment.budget.threads)
    self.plan = plan
    // The executor refuses a faulty plan.
    let learnerDevice = TrainingGraph.learnerDevice(of: plan).flatMap { platform.device(named: $0) }
    try MemoryForecast(experiment, spaces).check()
    let backend = try learnerDevice.map { try NetworkBackends.make(on: $0) } ?? HostBackend()
    let learner = try experiment.algorithm.makeLearner(
      for: spaces, steps: experiment.budget.steps, on: backend, using: &initialisation)
    try backend.check()
    environments.reset(seed: seed)
    parts = TrainingParts(
      actor: ActorLoop(
        environments, learner.behaviour, settings, random: RandomStream(seed: seed, purpose: "exploration")),
      table: try ReplayTable(
        capacity: settings.bufferSize, observationSize: spaces.observation.size,
        actionSize: spaces.action.size),
      accumulator: NStepAccumulator(
        steps: settings.nStep, discount: Float(settings.gamma), environments: environments.count,
        observationSize: spaces.observation.size, actionSize: spaces.action.size),
      learner: learner, backend: backend, settings: settings,
      sampling: RandomStream(seed: seed, purpose: "replay"), lastStep: experiment.budget.steps)
    evaluator = Evaluator(
      try makeEnvironments(experiment.budget.evaluationEpisodes), learner.policy)
    let graph = try TrainingGraph.make(
      experiment.name, parts,
      TrainingWork(experiment.algorithm, spaces, stepsPerRound: parts.stepsPerRound))
    executor = try SequentialExecutor(
      graph, plan: plan, on: platform, recorder: Recorder(eventsPerWorker: 1 << 12))
  }

  /// Environment steps so far.
  public var steps: Int { parts.actor.steps }
  /// The learner's updates so far.
  public var updates: Int { parts.learner.updates }
  public var graph: Graph { executor.graph }
  public var policy: any Policy { parts.learner.policy }
  /// The parts of the time of all training so far.
  public var occupancy: Occupancy { executor.occupancy }
  public var spaces: Spaces { parts.actor.environments.spaces }
  /// All influences on the results besides the experiment.
  public var conditions: RunConditions { RunConditions(of: graph, by: plan, on: platform) }

  /// Whether the training was stopped before the current step's updates or evaluation.
  public var hasWorkLeft: Bool { parts.updatesLeft > 0 || isEvaluationDue }

  /// Receives every step; `nil`: off.
  public var stepObserver: ((StepRecord) -> Void)? {
    get { parts.actor.observer }
    set { parts.actor.observer = newValue }
  }

  /// Trains up to a total number of steps.
  ///
  /// The experiment's last step is followed by its updates, even in a short round, then a record and an
  /// evaluation.
  ///
  /// - Parameters:
  ///   - limit: the experiment's number of steps if `nil`. The algorithm's schedules, such as exploration,
  ///     don't depend on it.
  ///   - observe: receives progress.
  ///   - shouldStop: called before each step and update, and at each step of an evaluation; `true` ends the
  ///     training.
  /// - Throws: `TrainingError`, or an error of `observe`; the trainer can be saved then.
  public func train(
    until limit: Int? = nil, observe: (TrainingEvent) throws -> Void = { _ in },
    shouldStop: @escaping () -> Bool = { false }
  ) throws {
    let limit = limit ?? experiment.budget.steps
    // The experiment's end comes first: it is the same whether more steps follow at once or later.
    let end = parts.lastStep
    let clock = ProgressClock(time, firstStep: steps)
    var lastSave = time.now
    parts.shouldStop = shouldStop
    parts.resumeRound()
    while !parts.isStopped, steps < limit || parts.updatesLeft > 0 || isEvaluationDue {
      if !isEvaluationDue {
        parts.stepLimit = steps < end ? min(limit, end) : limit
        parts.resumeRound()
        try executor.run(iterations: 1)
        guard !parts.isStopped, parts.isBetweenRounds else { continue }
        if isDue(experiment.budget.logFrequency) {
          try checkParameters()
          try observe(.progress(progress(clock, limit: limit)))
        }
        isEvaluationDue = isDue(experiment.budget.evaluationFrequency)
      }
      if isEvaluationDue {
        try checkParameters()
        guard let evaluation = evaluate(unless: shouldStop) else { break }
        let isBest = evaluation.mean.isFinite && bestReturn.map { evaluation.mean >= $0 } ?? true
        if isBest { bestReturn = evaluation.mean }
        isEvaluationDue = false
        try observe(.evaluation(step: steps, evaluation, isBest: isBest))
      }
      if isCheckpointDue(since: lastSave) {
        try checkParameters()
        try observe(.checkpointDue(step: steps))
        lastSave = time.now
      }
    }
    parts.shouldStop = { false }
    try checkParameters()
  }

  /// The policy's returns without exploration, in episodes that training doesn't use.
  public func evaluate() -> Evaluation {
    guard let evaluation = evaluate(unless: { false }) else { preconditionFailure("nobody stops it") }
    return evaluation
  }

  /// The same; `nil` if it was stopped.
  public func evaluate(unless shouldStop: () -> Bool) -> Evaluation? {
    evaluator.evaluate(
      policy, seed: experiment.budget.evaluationSeed, limit: experiment.budget.evaluationSteps,
      shouldStop: shouldStop)
  }

  /// Whether the complete round crossed a multiple of `frequency`, or is the experiment's last; never if that
  /// is 0.
  private func isDue(_ frequency: Int) -> Bool {
    guard frequency > 0 else { return false }
    let begin = steps - (steps - 1) % parts.stepsPerRound - 1
    // The part of a round after the experiment's end is separate.
    let last = begin < parts.lastStep && parts.lastStep < steps ? parts.lastStep : begin
    return steps == parts.lastStep || steps / frequency > last / frequency
  }

  private func isCheckpointDue(since last: Nanoseconds) -> Bool {
    let budget = experiment.budget
    if budget.checkpointFrequency > 0 {
      let begin = steps - (steps - 1) % parts.stepsPerRound - 1
      return steps / budget.checkpointFrequency > begin / budget.checkpointFrequency
    }
    return budget.checkpointMinutes > 0
      && Double(time.now - last) >= budget.checkpointMinutes * 60e9
  }

  private func checkParameters() throws {
    let isFinite = parts.learner.parameters.allSatisfy(\.isFinite)
    try parts.backend.check()
    guard isFinite else { throw TrainingError.notFinite(step: steps) }
  }

  private func progress(_ clock: ProgressClock, limit: Int) -> TrainingProgress {
    let seconds = clock.seconds
    let episodes = parts.actor.episodes
    return TrainingProgress(
      step: steps, limit: limit, updates: updates, episodes: episodes.total, meanReturn: episodes.meanReturn,
      meanLength: episodes.meanLength, meanLoss: parts.losses.take(), meanActorLoss: parts.actorLosses.take(),
      hasActor: parts.learner.hasActor,
      explorationRate: parts.learner.behaviour.explorationRate(at: steps),
      learningRate: parts.settings.learningRate, seconds: seconds,
      stepsPerSecond: seconds > 0 ? Double(steps - clock.firstStep) / seconds : 0)
  }
}

/// The duration of a call of `train`.
private struct ProgressClock {
  let firstStep: Int
  private let time: any TimeSource
  private let begin: Nanoseconds

  init(_ time: any TimeSource, firstStep: Int) {
    self.firstStep = firstStep
    self.time = time
    begin = time.now
  }

  var seconds: Double { Double(time.now - begin) / 1e9 }
}
