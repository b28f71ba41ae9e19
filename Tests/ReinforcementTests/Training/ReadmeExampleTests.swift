import Reinforcement
import Testing

// README.md and `Documentation/Training.md` show the lines between the marks.
// Begin: example.

func trainCartPole(steps: Int = 50_000) throws -> Double {
  var configuration = DQNConfiguration()
  configuration.common.hidden = [256, 256]
  configuration.common.learningRate = 2.3e-3
  configuration.common.batchSize = 64
  configuration.common.learningStarts = 1_000
  configuration.common.trainFrequency = 256
  configuration.common.gradientSteps = 128
  configuration.targetUpdateInterval = 10
  configuration.explorationFraction = 0.16
  configuration.explorationFinal = 0.04
  let trainer = try Trainer(CartPole(), configuration, steps: steps)
  try trainer.train()
  return trainer.evaluate().mean
}

// End: example.

struct ReadmeExampleTests {
  /// It runs; that it learns says `LearningTests`.
  @Test func example() throws {
    #expect(try (1...500).contains(trainCartPole(steps: 2_048)))
  }
}
