import Foundation
import TestSupport
import Testing

/// An exported policy earns in Gymnasium's own environment what `evaluate` has printed, seed by seed.
@Suite struct GymnasiumReturnsTests {
  private static let script = """
    import json, sys
    import gymnasium, numpy, onnxruntime
    model, environment, seed, episodes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    world = gymnasium.make(environment)
    returns = []
    for episode in range(episodes):
        seen, _ = world.reset(seed=seed + episode)
        earned, over = 0.0, False
        while not over:
            action = session.run(["action"], {"observation": numpy.asarray(seen, numpy.float32)[None]})[0][0]
            seen, reward, terminated, truncated, _ = world.step(int(action) if action.ndim == 0 else action)
            earned, over = earned + float(reward), terminated or truncated
        returns.append(earned)
    print(json.dumps(returns))
    """

  @Test(arguments: [("dqn-cartpole", "CartPole-v1", 1e-9), ("td3-pendulum", "Pendulum-v1", 1)])
  func sameReturns(experiment: String, environment: String, tolerance: Double) throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = try Drivetrain.run(
      "train", experiment, "--output", run, "--quiet", "--set", "steps=3000", "hidden=[32, 32]",
      "learning_starts=500", "batch_size=32", "eval_freq=1000", "n_eval_episodes=5")
    #expect(trained.exitCode == 0 && trained.standardError == "", "\(trained.standardError)")
    let model = folder.path + "/m"
    #expect(try Drivetrain.run("export", run, "--onnx", model).exitCode == 0)
    let evaluated = try Drivetrain.run("evaluate", run, "--episodes", "8", "--seed", "11", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(evaluated.standardOutput.utf8)) as? [String: Any])
    let returns = try #require(report["returns"] as? [Double])

    let python = try ChildProcess(
      Repository.path(".deps/python/bin/python"), ["-c", Self.script, model, environment, "11", "8"])
    #expect(try python.wait() == 0, "\(python.standardError)")
    let others = try #require(
      try JSONSerialization.jsonObject(with: Data(python.standardOutput.utf8)) as? [Double])
    #expect(returns.count == 8 && others.count == 8)
    for (one, other) in zip(returns, others) { #expect(abs(one - other) <= tolerance) }
  }
}
