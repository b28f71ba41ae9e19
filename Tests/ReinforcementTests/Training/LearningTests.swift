import Reinforcement
import Testing

/// It learns: a short run, far from the scores that whole ones reach.
struct LearningTests {
  /// The best policy met on the way keeps the pole up for 195 steps, which once counted as solved.
  @Test func cartPole() throws {
    var configuration = DQNConfiguration()
    configuration.common.hidden = [64, 64]
    configuration.common.learningRate = 2.3e-3
    configuration.common.batchSize = 64
    configuration.common.learningStarts = 1_000
    configuration.common.trainFrequency = 64
    configuration.common.gradientSteps = 32
    configuration.targetUpdateInterval = 10
    configuration.explorationFraction = 0.3
    configuration.explorationFinal = 0.04
    var experiment = Experiment("cartpole", environment: CartPole.id, algorithm: configuration)
    experiment.budget.steps = 12_000
    experiment.budget.evaluationFrequency = 1_000
    let trainer = try Trainer(experiment)
    #expect(trainer.evaluate().mean < 100)
    try trainer.train()
    #expect(try #require(trainer.bestReturn) >= 195)
  }
}
