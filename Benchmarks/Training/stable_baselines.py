"""Makes agents of Stable-Baselines3, and of SBX, which has the same interface, from our settings."""

import gymnasium
import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.noise import NormalActionNoise, OrnsteinUhlenbeckActionNoise

import settings

NOISES = {"normal": NormalActionNoise, "ornstein-uhlenbeck": OrnsteinUhlenbeckActionNoise}


def keywords(setting):
    """What is not said here is the library's default: Huber loss and a gradient norm of at most 10
    for Stable-Baselines3's DQN."""
    common = {
        "learning_rate": setting.learning_rate,
        "batch_size": setting.batch,
        "buffer_size": setting.replay,
        "learning_starts": setting.start,
        "gamma": setting.gamma,
        "train_freq": setting.train_every,
        "gradient_steps": setting.updates,
        "policy_kwargs": {"net_arch": list(setting.hidden)},
    }
    if isinstance(setting, settings.DQN):
        return common | {
            "target_update_interval": setting.target_every,
            "exploration_fraction": setting.exploration_fraction,
            "exploration_final_eps": setting.exploration_final,
        }
    size = gymnasium.make(setting.environment).action_space.shape
    deviation = np.full(size, setting.noise_deviation)
    return common | {
        "tau": setting.tau,
        "action_noise": NOISES[setting.noise](mean=np.zeros(size), sigma=deviation),
    }


def make_agent(library, setting, seed=0):
    """`library` is the module stable_baselines3 or sbx."""
    algorithm = getattr(library, setting.algorithm.upper())
    return algorithm("MlpPolicy", setting.environment, seed=seed, device="cpu", **keywords(setting))


class WindowCallback(BaseCallback):
    def __init__(self, window):
        super().__init__()
        self.window = window
        self.over = False

    def _on_rollout_start(self):
        self.over = self.window.over(self.num_timesteps)

    def _on_step(self):
        return not self.over


def measure(library, setting, window):
    make_agent(library, setting).learn(setting.steps, callback=WindowCallback(window))
