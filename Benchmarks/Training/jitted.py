"""The whole training in one compiled function, in PureJaxRL's manner (Lu et al., Discovered Policy Optimisation,
NeurIPS 2022): the environment, a ring buffer, acting and the updates are one loop inside `jax.jit`, and nothing comes
back to Python between two steps.

It is written for speed. The loop has no branch: learning's start, DQN's copies to the target network and TD3's delay
are where loops end. A transition is a row of one array. Squared error and no clipping, as cleanrl.py.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax, random

import settings


class CartPole:
    """Gymnasium's equations."""

    observations, actions, limit = 4, 2, 500

    @staticmethod
    def reset(key):
        return random.uniform(key, (4,), minval=-0.05, maxval=0.05)

    @staticmethod
    def observe(state):
        return state

    @staticmethod
    def step(state, action):
        x, velocity, angle, spin = state
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        push = (jnp.where(action[0] == 1, 10.0, -10.0) + 0.05 * spin**2 * sine) / 1.1
        turn = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        speed_up = push - 0.05 * turn * cosine / 1.1
        state = state + 0.02 * jnp.stack([velocity, speed_up, spin, turn])
        fallen = (jnp.abs(state[0]) > 2.4) | (jnp.abs(state[2]) > 12 * jnp.pi / 180)
        return state, 1.0, fallen


class Pendulum:
    """Gymnasium's equations; actions are of −1 … 1."""

    observations, actions, limit = 3, 1, 200

    @staticmethod
    def reset(key):
        return random.uniform(key, (2,), minval=-1, maxval=1) * jnp.array([jnp.pi, 1])

    @staticmethod
    def observe(state):
        return jnp.stack([jnp.cos(state[0]), jnp.sin(state[0]), state[1]])

    @staticmethod
    def step(state, action):
        angle, spin = state
        torque = 2 * action[0]
        cost = ((angle + jnp.pi) % (2 * jnp.pi) - jnp.pi) ** 2 + 0.1 * spin**2 + 0.001 * torque**2
        spin = jnp.clip(spin + 0.05 * (15 * jnp.sin(angle) + 3 * torque), -8, 8)
        return jnp.stack([angle + 0.05 * spin, spin]), -cost, False


ENVIRONMENTS = {"CartPole-v1": CartPole, "Pendulum-v1": Pendulum}


def initial(key, *widths):
    """Weights and biases of a multilayer perceptron."""
    return [
        (random.uniform(key, (inputs, outputs), minval=-1, maxval=1) / inputs**0.5, jnp.zeros(outputs))
        for key, inputs, outputs in zip(random.split(key, len(widths)), widths, widths[1:])
    ]


def perceptron(layers, x):
    *hidden, (weights, biases) = layers
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    return x @ weights + biases


class Batch(NamedTuple):
    observations: jax.Array
    actions: jax.Array
    rewards: jax.Array
    terminated: jax.Array
    next_observations: jax.Array


class DQN:
    action_width = 1  # An index.

    def __init__(self, setting, environment):
        self.setting, self.environment = setting, environment
        self.adam = optax.adam(setting.learning_rate)
        # Steps between two ends of the inner loop, at which the target network is copied.
        self.bursts = max(1, setting.target_every // setting.train_every)
        self.delay = 1

    def initial(self, key):
        network = initial(key, self.environment.observations, *self.setting.hidden, self.environment.actions)
        return {"network": network, "target": network, "adam": self.adam.init(network)}

    def random_action(self, agent, observation, key):
        return random.randint(key, (1,), 0, self.environment.actions)

    def act(self, agent, observation, key):
        greedy = perceptron(agent["network"], observation).argmax(keepdims=True)
        draws = random.uniform(key, (2,))
        other = (draws[1:] * self.environment.actions).astype(greedy.dtype)
        return jnp.where(draws[0] < self.setting.exploration_final, other, greedy)

    def update(self, agent, batch, key):
        best = perceptron(agent["target"], batch.next_observations).max(axis=-1)
        wanted = batch.rewards + self.setting.gamma * (1 - batch.terminated) * best

        def loss(network):
            values = perceptron(network, batch.observations)
            chosen = jnp.take_along_axis(values, batch.actions.astype(jnp.int32), axis=1)[:, 0]
            return ((chosen - wanted) ** 2).mean()

        changes, adam = self.adam.update(jax.grad(loss)(agent["network"]), agent["adam"])
        return {**agent, "network": optax.apply_updates(agent["network"], changes), "adam": adam}

    def update_late(self, agent, batch):
        return agent

    def end(self, agent):
        return {**agent, "target": jax.tree.map(jnp.copy, agent["network"])}


class DDPG:
    """And TD3, which has a second critic and noise on the target's actions, and updates the actor and all targets with
    every second update of the critics."""

    def __init__(self, setting, environment):
        self.setting, self.environment = setting, environment
        self.adam = optax.adam(setting.learning_rate)
        self.is_td3 = isinstance(setting, settings.TD3)
        self.critics, self.delay = (2, 2) if self.is_td3 else (1, 1)
        self.action_width = environment.actions
        self.bursts = 250

    def initial(self, key):
        first, *others = random.split(key, 1 + self.critics)
        environment, hidden = self.environment, self.setting.hidden
        actor = initial(first, environment.observations, *hidden, environment.actions)
        critics = [initial(other, environment.observations + environment.actions, *hidden, 1) for other in others]
        networks = {"actor": actor, "critics": critics}
        return {
            **networks,
            "targets": networks,
            "actor_adam": self.adam.init(actor),
            "critics_adam": self.adam.init(critics),
        }

    def random_action(self, agent, observation, key):
        return random.uniform(key, (self.action_width,), minval=-1, maxval=1)

    def act(self, agent, observation, key):
        noise = self.setting.noise_deviation * random.normal(key, (self.action_width,))
        return jnp.clip(jnp.tanh(perceptron(agent["actor"], observation)) + noise, -1, 1)

    @staticmethod
    def values(critic, observations, actions):
        return perceptron(critic, jnp.concatenate([observations, actions], axis=-1))[:, 0]

    def update(self, agent, batch, key):
        targets = agent["targets"]
        actions = jnp.tanh(perceptron(targets["actor"], batch.next_observations))
        if self.is_td3:
            noise = jnp.clip(0.2 * random.normal(key, actions.shape), -0.5, 0.5)
            actions = jnp.clip(actions + noise, -1, 1)
        next_values = [self.values(critic, batch.next_observations, actions) for critic in targets["critics"]]
        least = jnp.stack(next_values).min(axis=0)
        wanted = batch.rewards + self.setting.gamma * (1 - batch.terminated) * least

        def loss(critics):
            errors = [self.values(critic, batch.observations, batch.actions) - wanted for critic in critics]
            return sum((error**2).mean() for error in errors)

        changes, adam = self.adam.update(jax.grad(loss)(agent["critics"]), agent["critics_adam"])
        return {**agent, "critics": optax.apply_updates(agent["critics"], changes), "critics_adam": adam}

    def update_late(self, agent, batch):
        """The actor and the targets."""

        def loss(actor):
            actions = jnp.tanh(perceptron(actor, batch.observations))
            return -self.values(agent["critics"][0], batch.observations, actions).mean()

        changes, adam = self.adam.update(jax.grad(loss)(agent["actor"]), agent["actor_adam"])
        actor = optax.apply_updates(agent["actor"], changes)
        networks = {"actor": actor, "critics": agent["critics"]}
        targets = optax.incremental_update(networks, agent["targets"], self.setting.tau)
        return {**agent, "actor": actor, "actor_adam": adam, "targets": targets}

    def end(self, agent):
        return agent


def repeat(body, count, value):
    return body(value) if count == 1 else lax.fori_loop(0, count, lambda _, value: body(value), value)


class Training:
    def __init__(self, setting):
        self.setting, self.environment = setting, ENVIRONMENTS[setting.environment]
        kind = DQN if isinstance(setting, settings.DQN) else DDPG
        self.agent = kind(setting, self.environment)
        self.steps = setting.train_every * self.agent.delay * self.agent.bursts  # Of one call of `learn`.
        # Columns of the replay where the next of a transition's five parts begins.
        observations, actions = self.environment.observations, self.agent.action_width
        self.columns = [observations, observations + actions, observations + actions + 1, observations + actions + 2]
        self.width = 2 * observations + actions + 2

    def initial(self, seed):
        key, agent_key, state_key = random.split(random.key(seed), 3)
        return {
            "agent": self.agent.initial(agent_key),
            "replay": jnp.zeros((self.setting.replay, self.width)),
            "state": self.environment.reset(state_key),
            "age": 0,
            "step": 0,
            "key": key,
        }

    def step(self, run, policy):
        key, action_key, reset_key = random.split(run["key"], 3)
        observation = self.environment.observe(run["state"])
        action = policy(run["agent"], observation, action_key)
        state, reward, terminated = self.environment.step(run["state"], action)
        scalars = jnp.array([reward, terminated], jnp.float32)
        row = jnp.concatenate([observation, action.astype(jnp.float32), scalars, self.environment.observe(state)])
        replay = lax.dynamic_update_slice(run["replay"], row[None], (run["step"] % self.setting.replay, 0))
        over = terminated | (run["age"] + 1 >= self.environment.limit)
        return {
            **run,
            "replay": replay,
            "state": jnp.where(over, self.environment.reset(reset_key), state),
            "age": jnp.where(over, 0, run["age"] + 1),
            "step": run["step"] + 1,
            "key": key,
        }

    def sample(self, run, key):
        count = jnp.minimum(run["step"], self.setting.replay)
        slots = random.randint(key, (self.setting.batch,), 0, count)
        parts = jnp.split(run["replay"][slots], self.columns, axis=1)
        parts[2:4] = parts[2][:, 0], parts[3][:, 0]
        return Batch(*parts)

    def update(self, run):
        key, batch_key, update_key = random.split(run["key"], 3)
        batch = self.sample(run, batch_key)
        return {**run, "agent": self.agent.update(run["agent"], batch, update_key), "key": key}, batch

    def burst(self, run, batch):
        """Steps, then updates; the last of their batches, too."""
        run = repeat(partial(self.step, policy=self.agent.act), self.setting.train_every, run)
        return repeat(lambda carried: self.update(carried[0]), self.setting.updates, (run, batch))

    def bursts(self, run):
        """As many as there are for an update of what is updated late: in a loop, since XLA copies the replay for a
        second writer."""
        batch = jax.tree.map(jnp.zeros_like, jax.eval_shape(self.sample, run, run["key"]))
        run, batch = repeat(lambda carried: self.burst(*carried), self.agent.delay, (run, batch))
        return {**run, "agent": self.agent.update_late(run["agent"], batch)}

    @partial(jax.jit, static_argnums=0, donate_argnums=1)
    def fill(self, run):
        """Random steps until learning starts."""
        return repeat(partial(self.step, policy=self.agent.random_action), self.setting.start, run)

    @partial(jax.jit, static_argnums=0, donate_argnums=1)
    def learn(self, run):
        run = repeat(self.bursts, self.agent.bursts, run)
        return {**run, "agent": self.agent.end(run["agent"])}


def measure(_, setting, window, seed=0):
    training = Training(setting)
    run = jax.tree.map(jnp.array, jax.jit(training.initial)(seed))
    run, step = training.fill(run), setting.start
    while not window.over(step):
        run, step = jax.block_until_ready(training.learn(run)), step + training.steps
