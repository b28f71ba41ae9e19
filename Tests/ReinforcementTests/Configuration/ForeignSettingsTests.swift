import Dataflow
import Testing

@testable import Reinforcement

/// Experiments as Stable-Baselines3's and RL Zoo's users write them.
struct ForeignSettingsTests {
  private func experiment(_ settings: String, algorithm: String = "dqn") throws -> Experiment {
    let environment = algorithm == "dqn" ? "CartPole-v1" : "Pendulum-v1"
    return try Experiment(
      yaml: "algorithm: \(algorithm)\nenvironment: \(environment)\n\(settings)\n", file: "x.yaml")
  }

  private func refusal(_ settings: String, algorithm: String = "dqn") -> String {
    do {
      _ = try experiment(settings, algorithm: algorithm)
      return "not refused"
    } catch {
      return "\(error)"
    }
  }

  @Test func namesAndWays() throws {
    #expect(try experiment("n_timesteps: !!float 5e4").budget.steps == 50_000)
    #expect(try experiment("total_timesteps: 1e5").budget.steps == 100_000)
    #expect(try experiment("buffer_size: 1e5").algorithm.common.bufferSize == 100_000)
    #expect(try experiment("n_steps: 3").algorithm.common.nStep == 3)
    #expect(try experiment("net_arch: [9, 8]").algorithm.common.hidden == [9, 8])
    #expect(try experiment("train_freq: [4, step]").algorithm.common.trainFrequency == 4)
    #expect(try (experiment("tau: 0.5").algorithm as? DQNConfiguration)?.tau == 0.5)
    #expect(
      try (experiment("noise_type: normal", algorithm: "td3").algorithm as? TD3Configuration)?.actorCritic
        .noise == .gaussian)
    #expect(
      try Experiment(yaml: "algo: DQN\nenv_id: CartPole-v1", file: "x.yaml").environment == "CartPole-v1")
    _ = try experiment(
      "policy: MlpPolicy\nn_envs: 1\nnormalize: false\nenv_wrapper:\nverbose: 1\ndevice: auto\noptimize_memory_usage: False"
    )
  }

  @Test(arguments: [
    ("\"dict(net_arch=[400, 300])\"", [400, 300], Activation.relu),
    ("\"dict(net_arch=[64], activation_fn=nn.Tanh)\"", [64], .tanh),
    ("\"dict(activation_fn=torch.nn.ReLU, net_arch=dict(pi=[32, 8], qf=[32, 8]))\"", [32, 8], .relu),
    ("{net_arch: [7]}", [7], .relu), ("{net_arch: {pi: [7], qf: [7]}}", [7], .relu),
    ("\"dict()\"", [64, 64], .relu),
  ])
  func policyArguments(text: String, hidden: [Int], activation: Activation) throws {
    let settings = try experiment("policy_kwargs: \(text)").algorithm.common
    #expect(settings.hidden == hidden && settings.activation == activation)
  }

  /// What can't be had is told of with what it is called here.
  @Test(arguments: [
    ("lr: 1e-3", "it is called 'learning_rate' here"),
    ("target_network_frequency: 9", "'target_update_interval'"),
    ("noise_std: 1", "it is a setting of ddpg and td3 only"),
    ("policy: CnnPolicy", "'hidden' says of which layers"),
    ("n_envs: 8", "one environment is stepped"), ("learning_rate: lin_1e-3", "give a number, such as 1e-3"),
    ("train_freq: [1, episode]", "rounds are counted in steps"),
    ("learning_rat: 1", "did you mean 'learning_rate'?"),
    ("zzzz: 1", "Documentation/Training.md"),
    ("n_timesteps: 10\nsteps: 20", "as 'n_timesteps' and as 'steps'"),
    ("policy_kwargs: \"dict(net_arch=dict(pi=[1], qf=[2]))\"", "the same layers"),
    ("policy_kwargs: \"dict(n_quantiles=5)\"", "can't be set here"),
    ("policy_kwargs: \"net_arch\"", "must be a mapping"),
    ("policy_kwargs: \"dict(activation_fn=nn.ELU)\"", "nn.ReLU or nn.Tanh"),
    ("policy_kwargs: \"dict(net_arch=[)\"", "must be"),
    ("policy_kwargs: \"dict(net_arch=[64, x])\"", "whole number"),
    ("tensorboard_log: x", "--output says where"), ("frame_stack: 4", "taken as they are"),
    ("replay_buffer_kwargs: \"dict(handle_timeout_termination=False)\"", "always bootstrapped"),
  ])
  func refused(settings: String, says: String) {
    let reason = refusal(settings)
    #expect(reason.contains(says), "\(reason)")
    #expect(reason.hasPrefix("x.yaml") && reason.count < 200, "\(reason)")
  }

  private static let zoo = """
    # Tuned
    default:
      n_timesteps: !!float 1e6
      policy: 'MlpPolicy'

    CartPole-v1: &cartpole
      n_timesteps: !!float 5e4
      gamma: 0.9
      policy_kwargs: "dict(net_arch=[16])"

    Acrobot-v1:
      <<: *cartpole
      gamma: 0.8
    MountainCar-v0:
      gamme: 0.7
    """

  @Test func zooFiles() throws {
    let experiment = try Experiment(
      yaml: Self.zoo, file: "hyperparams/dqn.yml", changes: ["environment=CartPole-v1", "steps=7"])
    #expect(experiment.name == "dqn-CartPole-v1" && experiment.environment == "CartPole-v1")
    #expect(experiment.budget.steps == 7 && experiment.algorithm.common.gamma == 0.9)
    #expect(experiment.algorithm.common.hidden == [16])
    // What has no entry has the default one.
    let other = try Experiment(
      yaml: Self.zoo, file: "rl-ddpg.yml", changes: ["env=Pendulum-v1"])
    #expect(other.budget.steps == 1_000_000 && other.algorithm is DDPGConfiguration)
    let one = "CartPole-v1:\n  gamma: 0.5\n"
    #expect(
      try Experiment(yaml: one, file: "entry.yaml", changes: ["algorithm=dqn"]).algorithm.common.gamma == 0.5)
  }

  @Test(arguments: [
    (["environment=Acrobot-v1"], "dqn.yml:11: the entry for Acrobot-v1 takes settings over"),
    (
      [],
      "it has entries for CartPole-v1, Acrobot-v1, MountainCar-v0; choose one by --set environment=CartPole-v1"
    ),
    (["environment=MountainCar-v0"], "dqn.yml:15: unknown key 'gamme' in the file; did you mean 'gamma'?"),
    (["algorithm=sac", "environment=CartPole-v1"], "there is no algorithm 'sac'"),
  ])
  func zooFilesRefused(changes: [String], says: String) {
    do {
      _ = try Experiment(yaml: Self.zoo, file: "dqn.yml", changes: changes)
      Issue.record("not refused")
    } catch {
      #expect("\(error)".contains(says), "\(error)")
    }
  }

  /// Changes of a run that goes on, and what can't change.
  @Test func changes() throws {
    let before = try experiment("gamma: 0.5")
    let now = try Experiment(yaml: before.yaml, file: "x", changes: ["gamma=0.6", "n_timesteps=5"])
    #expect(
      now.changes(since: before.yaml) == [
        .init(key: "steps", before: "100000", now: "5"), .init(key: "gamma", before: "0.5", now: "0.6"),
      ])
    #expect(before.changes(since: before.yaml).isEmpty)
    let keys = Set(
      before.yaml.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) })
    #expect(keys.isSuperset(of: Experiment.fixedKeys))
  }
}
