"""What one step costs by itself: acting on one observation in PyTorch, stepping a Gymnasium environment."""

import gymnasium
import numpy as np


def measure_acting(hidden, window):
    """The network of CartPole, from an observation in NumPy to the index of an action."""
    import torch

    from cleanrl_torch import multilayer_perceptron

    network = multilayer_perceptron(4, hidden, 2)
    observation = np.array([0.01, -0.02, 0.03, -0.04], np.float32)
    step = 0
    with torch.inference_mode():
        while not window.over(step):
            for _ in range(100):
                network(torch.from_numpy(observation)).argmax().item()
            step += 100


def measure_environment(name, window):
    """Random actions, drawn beforehand; resets included."""
    environment = gymnasium.make(name)
    environment.action_space.seed(0)
    actions = [environment.action_space.sample() for _ in range(1_000)]
    environment.reset(seed=0)
    step = 0
    while not window.over(step):
        for action in actions:
            _, _, terminated, truncated, _ = environment.step(action)
            if terminated or truncated:
                environment.reset()
        step += len(actions)
