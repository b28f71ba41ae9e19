import Dataflow

/// The work of a training's stages, for estimates on simulated devices.
struct TrainingWork {
  /// The host's work: environments and the policy in them.
  let act: Work
  let insert: Work
  let sample: Work
  let learn: Work

  init(_ algorithm: some AlgorithmConfiguration, _ spaces: Spaces, stepsPerRound: Int) {
    let layout = TransitionLayout(observationSize: spaces.observation.size, actionSize: spaces.action.size)
    let settings = algorithm.common
    let (inserted, drawn) = (
      Double(4 * layout.size * stepsPerRound), Double(4 * layout.size * settings.batchSize)
    )
    // Rows are read and written; uniform drawing needs nothing else.
    insert = Work([Work.Kernel(bytes: 2 * inserted)], input: Work.Traffic(bytes: inserted))
    sample = Work([Work.Kernel(bytes: 2 * drawn)])
    learn = Work(algorithm.updateWork(for: spaces).kernels, input: Work.Traffic(bytes: drawn))
    // The policy comes back once a round.
    let rounds = 1 / Double(settings.trainFrequency)
    let policy = 4 * UpdateWork.parameters(algorithm.policySizes(spaces))
    act = Work(feedback: Work.Traffic(bytes: policy * rounds, messages: rounds), needsHost: true)
  }
}
