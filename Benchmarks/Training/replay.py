"""Uniform replay of transitions in NumPy arrays, as CleanRL's buffer keeps them."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Batch:
    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    next_observations: np.ndarray
    terminated: np.ndarray


class Replay:
    def __init__(self, capacity, environment, seed):
        observations, actions = environment.observation_space, environment.action_space
        # NumPy's empty memory is not touched, so a large replay costs nothing before it fills.
        self.arrays = Batch(
            np.empty((capacity, *observations.shape), np.float32),
            np.empty((capacity, *actions.shape), actions.dtype),
            np.empty(capacity, np.float32),
            np.empty((capacity, *observations.shape), np.float32),
            np.empty(capacity, np.float32),
        )
        self.capacity = capacity
        self.count = 0
        self.random = np.random.default_rng(seed)

    def add(self, observation, action, reward, next_observation, terminated):
        slot = self.count % self.capacity
        self.arrays.observations[slot] = observation
        self.arrays.actions[slot] = action
        self.arrays.rewards[slot] = reward
        self.arrays.next_observations[slot] = next_observation
        self.arrays.terminated[slot] = terminated
        self.count += 1

    def sample(self, size):
        slots = self.random.integers(min(self.count, self.capacity), size=size)
        arrays = self.arrays
        return Batch(
            arrays.observations[slots],
            arrays.actions[slots],
            arrays.rewards[slots],
            arrays.next_observations[slots],
            arrays.terminated[slots],
        )
