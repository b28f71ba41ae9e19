"""Acting on one observation of CartPole: from an array of NumPy to the index of an action."""

import numpy as np

from cleanrl_torch import multilayer_perceptron


def measure(torch, hidden, window):
    network = multilayer_perceptron(4, hidden, 2)
    observation = np.array([0.01, -0.02, 0.03, -0.04], np.float32)
    step = 0
    with torch.inference_mode():
        while not window.over(step):
            for _ in range(100):
                network(torch.from_numpy(observation)).argmax().item()
            step += 100
