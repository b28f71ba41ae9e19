"""The settings that the rivals and Drivetrain are compared with, once for all rivals."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class DQN:
    environment: str
    steps: int
    hidden: tuple[int, ...]
    learning_rate: float
    batch: int
    replay: int
    start: int  # Steps before the first update.
    gamma: float
    target_every: int  # Steps between copies to the target network.
    train_every: int  # Steps between bursts of updates …
    updates: int  # … of this many.
    exploration_fraction: float
    exploration_final: float
    algorithm = "dqn"


@dataclass(frozen=True)
class DDPG:
    environment: str
    steps: int
    hidden: tuple[int, ...]
    replay: int
    start: int
    gamma: float
    noise: str = "normal"  # Or "ornstein-uhlenbeck".
    noise_deviation: float = 0.1
    learning_rate: float = 1e-3
    batch: int = 256
    tau: float = 0.005
    train_every: int = 1
    updates: int = 1
    algorithm = "ddpg"


@dataclass(frozen=True)
class TD3(DDPG):
    algorithm = "td3"


# The tuned settings of RL Zoo: https://github.com/DLR-RM/rl-baselines3-zoo, hyperparams/.
EXPERIMENTS = {
    "dqn-cartpole": DQN(
        "CartPole-v1", 50_000, (256, 256), 2.3e-3, 64, 100_000, 1_000, 0.99, 10, 256, 128, 0.16, 0.04
    ),
    "dqn-acrobot": DQN(
        "Acrobot-v1", 100_000, (256, 256), 6.3e-4, 128, 50_000, 0, 0.99, 250, 4, 4, 0.12, 0.1
    ),
    "dqn-mountaincar": DQN(
        "MountainCar-v0", 120_000, (256, 256), 4e-3, 128, 10_000, 1_000, 0.98, 600, 16, 8, 0.2, 0.07
    ),
    "ddpg-pendulum": DDPG("Pendulum-v1", 20_000, (400, 300), 200_000, 10_000, 0.98),
    "td3-pendulum": TD3("Pendulum-v1", 20_000, (400, 300), 200_000, 10_000, 0.98),
    "ddpg-mountaincar-continuous": DDPG(
        "MountainCarContinuous-v0", 300_000, (400, 300), 1_000_000, 100, 0.99, "ornstein-uhlenbeck", 0.5
    ),
}

# What is timed. Acting is greedy but for 5 % (4 % when tuned) from the first update on: a random action costs
# nothing, and a rate that has many of them says little about the rest of the training. The number of steps is
# one that no measurement reaches.
ENDLESS = 10_000_000


def timed_dqn(*hidden):
    return DQN(
        "CartPole-v1", ENDLESS, hidden, 2.5e-4, 64, 100_000, 1_000, 0.99, 500, 1, 1, 1_000 / ENDLESS, 0.05
    )


def timed_ddpg(*hidden):
    return DDPG("Pendulum-v1", ENDLESS, hidden, 200_000, 1_000, 0.98)


def timed_td3(*hidden, batch=256):
    return TD3("Pendulum-v1", ENDLESS, hidden, 200_000, 1_000, 0.98, batch=batch)


TIMED = {
    "dqn-cartpole-64x64": timed_dqn(64, 64),
    "dqn-cartpole-256x256": timed_dqn(256, 256),
    "dqn-cartpole-tuned": replace(
        EXPERIMENTS["dqn-cartpole"], steps=ENDLESS, exploration_fraction=1_000 / ENDLESS
    ),
    "ddpg-pendulum-64x64": timed_ddpg(64, 64),
    "ddpg-pendulum-256x256": timed_ddpg(256, 256),
    "ddpg-pendulum-400x300": timed_ddpg(400, 300),
    "td3-pendulum-64x64": timed_td3(64, 64),
    "td3-pendulum-64x64-batch100": timed_td3(64, 64, batch=100),
    "td3-pendulum-256x256": timed_td3(256, 256),
}


def timed(*beginnings):
    """Those tasks whose names begin so."""
    return {name: setting for name, setting in TIMED.items() if name.startswith(beginnings)}


ACTED = {"act-64x64": (64, 64), "act-256x256": (256, 256)}

STEPPED = {
    "gymnasium-cartpole": "CartPole-v1",
    "gymnasium-acrobot": "Acrobot-v1",
    "gymnasium-mountaincar": "MountainCar-v0",
    "gymnasium-pendulum": "Pendulum-v1",
    "gymnasium-mountaincar-continuous": "MountainCarContinuous-v0",
}
