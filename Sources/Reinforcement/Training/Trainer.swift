import Dataflow
import Kernels

/// Trains an agent: makes the parts, joins them to a graph, and runs it.
///
///     let trainer = try Trainer(CartPole(), DQNConfiguration(), steps: 50_000)
///     try trainer.train()
///     print(try trainer.evaluate(episodes: 20).mean)
///
/// The same experiment and seed give the same weights bit for bit on the same machine, and so does a run that was
/// stopped, saved, restored and gone on with. Used by one thread at a time.
public final class Trainer {
  public let experiment: Experiment
  /// Which implementation of each stage runs on which device.
  public let plan: Plan
  let parts: TrainingParts
  let executor: SequentialExecutor
  private let evaluator: Evaluator
  /// What the best evaluation so far earned.
  public internal(set) var bestReturn: Double?

  /// An experiment in an environment that goes by its name.
  ///
  /// - Parameter plan: which implementation of each stage on which device; as the experiment's settings say if `nil`.
  ///   The learner's networks are kept and computed where its stage is.
  /// - Throws: `TrainingError`, `EnvironmentError`, `PlanError`, `DeviceError`, or `MemoryShortage` if the replay table
  ///   would not fit.
  public convenience init(_ experiment: Experiment, plan: Plan? = nil, on platform: Platform = .local) throws
  {
    try self.init(
      experiment, plan: plan, on: platform, in: EnvironmentRegistry.make(experiment.environment, count: 1),
      evaluatedIn: EnvironmentRegistry.make(
        experiment.environment, count: experiment.schedule.evaluationEpisodes))
  }

  /// An environment of any type, with an algorithm.
  public convenience init(
    _ environment: some Environment, _ algorithm: some AlgorithmConfiguration, steps: Int = 100_000,
    seed: Int = 0, learnerDevice: String = "cpu"
  ) throws {
    let id = type(of: environment).id
    var experiment = Experiment(id, environment: id, algorithm: algorithm)
    experiment.schedule.steps = steps
    experiment.schedule.seed = seed
    try self.init(experiment, in: environment, learnerDevice: learnerDevice)
  }

  /// An experiment in an environment of any type.
  ///
  /// - Parameter learnerDevice: where the learner's networks are kept and computed, by its name in `Platform.local`.
  public convenience init(
    _ experiment: Experiment, in environment: some Environment, learnerDevice: String = "cpu"
  ) throws {
    try self.init(
      experiment, plan: TrainingGraph.plan(threads: experiment.schedule.threads, learnerOn: learnerDevice),
      on: .local, in: VectorEnvironment(environment, count: 1),
      evaluatedIn: VectorEnvironment(environment, count: experiment.schedule.evaluationEpisodes))
  }

  private init(
    _ experiment: Experiment, plan: Plan?, on platform: Platform,
    in environments: VectorEnvironment, evaluatedIn evaluation: VectorEnvironment
  ) throws {
    self.experiment = experiment
    let (settings, spaces) = (experiment.algorithm.common, environments.spaces)
    let seed = UInt64(experiment.schedule.seed)
    var initialisation = RandomStream(seed: seed, purpose: "initialisation")
    let plan = plan ?? TrainingGraph.plan(threads: experiment.schedule.threads)
    self.plan = plan
    // What a plan says wrongly, the executor refuses.
    let learnerDevice = TrainingGraph.learnerDevice(of: plan).flatMap { platform.device(named: $0) }
    let backend = try learnerDevice.map { try NetworkBackends.make(on: $0) } ?? HostBackend()
    let learner = try experiment.algorithm.makeLearner(
      for: spaces, steps: experiment.schedule.steps, on: backend, using: &initialisation)
    try backend.check()
    try MemoryForecast(
      capacity: settings.bufferSize, observationSize: spaces.observation.size, actionSize: spaces.action.size
    ).check()
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
      sampling: RandomStream(seed: seed, purpose: "replay"))
    evaluator = Evaluator(evaluation, learner.policy)
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
  /// Where the time of all training so far went.
  public var occupancy: Occupancy { executor.occupancy }

  /// Trains until so many steps have been taken in all.
  ///
  /// - Parameters:
  ///   - limit: the experiment's number of steps if `nil`. What the algorithm makes depend on the length of the
  ///     experiment, such as exploration, doesn't depend on this.
  ///   - observe: told how it goes.
  ///   - shouldStop: asked between rounds; `true` ends the training there.
  /// - Throws: `TrainingError.diverged`, or what `observe` throws; the trainer can be saved then.
  public func train(
    until limit: Int? = nil, observe: (TrainingEvent) throws -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws {
    let limit = limit ?? experiment.schedule.steps
    let (begin, firstStep, time) = (MonotonicTime().now, steps, MonotonicTime())
    parts.stepLimit = limit
    parts.skipFinishedSteps()
    while steps < limit, !shouldStop() {
      try executor.run(iterations: 1)
      guard parts.isRoundComplete else { continue }
      if isDue(experiment.schedule.logFrequency) {
        try checkParameters()
        try observe(.progress(progress(since: begin, time.now, firstStep: firstStep, limit: limit)))
      }
      if isDue(experiment.schedule.evaluationFrequency) {
        let evaluation = evaluator.evaluate(policy, seed: experiment.schedule.evaluationSeed)
        let isBest = bestReturn.map { evaluation.mean >= $0 } ?? true
        if isBest { bestReturn = evaluation.mean }
        try observe(.evaluation(step: steps, evaluation, isBest: isBest))
      }
      if isDue(experiment.schedule.checkpointFrequency) { try observe(.checkpointDue(step: steps)) }
    }
    try checkParameters()
  }

  /// What the policy earns without exploration, in episodes that training doesn't touch.
  public func evaluate() -> Evaluation {
    evaluator.evaluate(policy, seed: experiment.schedule.evaluationSeed)
  }

  /// Whether the round that is complete went over a multiple of `frequency`; never if that is 0.
  private func isDue(_ frequency: Int) -> Bool {
    frequency > 0 && steps / frequency > (steps - parts.stepsPerRound) / frequency
  }

  private func checkParameters() throws {
    let isFinite = parts.learner.parameters.allSatisfy(\.isFinite)
    try parts.backend.check()
    guard isFinite else { throw TrainingError.notFinite(step: steps) }
  }

  private func progress(since begin: Nanoseconds, _ now: Nanoseconds, firstStep: Int, limit: Int)
    -> TrainingProgress
  {
    let seconds = Double(now - begin) / 1e9
    let episodes = parts.actor.episodes
    return TrainingProgress(
      step: steps, limit: limit, updates: updates, episodes: episodes.total, meanReturn: episodes.meanReturn,
      meanLength: episodes.meanLength, meanLoss: parts.losses.take(),
      explorationRate: parts.learner.behaviour.explorationRate(at: steps),
      learningRate: parts.settings.learningRate, seconds: seconds,
      stepsPerSecond: seconds > 0 ? Double(steps - firstStep) / seconds : 0)
  }
}
