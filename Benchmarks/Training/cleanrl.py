"""CleanRL's training loop, written again: Huang et al., CleanRL: High-quality Single-file Implementations of
Deep Reinforcement Learning Algorithms, JMLR 23(274), 2022, dqn.py, dqn_jax.py, ddpg_continuous_action.py and
ddpg_continuous_action_jax.py. As there: squared error, no clipping of gradients, Adam as it comes.

It differs where ours is quicker, so that no win over it is one over its bookkeeping: the environment is not in
a vector of one, acting records no gradient, the replay returns NumPy's arrays as they are, and nothing is
logged. Settings are ours: DDPG
updates the actor and the targets with each update of the critic (CleanRL: with every second).

The networks are in cleanrl_torch.py and cleanrl_jax.py. Each agent has `act` and `update`, and
that of DQN `copy_to_target`.
"""

import gymnasium
import numpy as np

import settings
from replay import Replay


class EpsilonGreedy:
    def __init__(self, setting, environment, random):
        self.end = setting.exploration_fraction * setting.steps
        self.final = setting.exploration_final
        self.space, self.random = environment.action_space, random

    def __call__(self, agent, observation, step):
        epsilon = max(self.final, 1 + (self.final - 1) * step / self.end)
        if self.random.random() < epsilon:
            return self.space.sample()
        return agent.act(observation)


class GaussianNoise:
    def __init__(self, setting, environment, random):
        self.space, self.random = environment.action_space, random
        self.deviation = setting.noise_deviation * self.space.high

    def __call__(self, agent, observation, step):
        action = agent.act(observation) + self.random.normal(0, self.deviation)
        return action.clip(self.space.low, self.space.high)


def measure(agents, setting, window, seed=0):
    """`agents` is the module cleanrl_torch or cleanrl_jax."""
    environment = gymnasium.make(setting.environment)
    environment.action_space.seed(seed)
    discrete = isinstance(setting, settings.DQN)
    make_agent, make_exploration = (
        (agents.DQNAgent, EpsilonGreedy) if discrete else (agents.DDPGAgent, GaussianNoise)
    )
    agent = make_agent(setting, environment, seed)
    explore = make_exploration(setting, environment, np.random.default_rng(seed))
    replay = Replay(setting.replay, environment, seed)
    observation, _ = environment.reset(seed=seed)
    step = 0
    while not window.over(step):
        for _ in range(setting.train_every):
            random = step < setting.start
            action = environment.action_space.sample() if random else explore(agent, observation, step)
            next_observation, reward, terminated, truncated, _ = environment.step(action)
            replay.add(observation, action, reward, next_observation, terminated)
            observation = next_observation
            if terminated or truncated:
                observation, _ = environment.reset()
            step += 1
            if discrete and step % setting.target_every == 0:
                agent.copy_to_target()
        if step >= setting.start:
            for _ in range(setting.updates):
                agent.update(replay.sample(setting.batch))
