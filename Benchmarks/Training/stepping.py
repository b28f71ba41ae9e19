"""Stepping one environment with random actions, drawn beforehand; resets are included."""


def measure(gymnasium, name, window):
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
