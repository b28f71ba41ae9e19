"""DQN and DDPG in JAX; see cleanrl.py."""

from functools import partial

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState


class MultilayerPerceptron(nn.Module):
    hidden: tuple[int, ...]
    outputs: int

    @nn.compact
    def __call__(self, x):
        for width in self.hidden:
            x = nn.relu(nn.Dense(width)(x))
        return nn.Dense(self.outputs)(x)


class Actor(nn.Module):
    hidden: tuple[int, ...]
    outputs: int
    scale: tuple[float, ...]
    bias: tuple[float, ...]

    @nn.compact
    def __call__(self, observations):
        x = MultilayerPerceptron(self.hidden, self.outputs)(observations)
        return nn.tanh(x) * jnp.array(self.scale) + jnp.array(self.bias)


class Critic(nn.Module):
    hidden: tuple[int, ...]

    @nn.compact
    def __call__(self, observations, actions):
        x = jnp.concatenate([observations, actions], -1)
        return MultilayerPerceptron(self.hidden, 1)(x).squeeze(-1)


class TargetState(TrainState):
    target_params: dict


def make_state(network, key, learning_rate, *example):
    params = network.init(key, *example)
    return TargetState.create(
        apply_fn=network.apply, params=params, target_params=params, tx=optax.adam(learning_rate)
    )


@jax.jit
def output(state, observation):
    return state.apply_fn(state.params, observation)


@partial(jax.jit, static_argnames="gamma")
def update_dqn(state, batch, gamma):
    observations, actions, rewards, next_observations, terminated = batch
    best = state.apply_fn(state.target_params, next_observations).max(axis=-1)
    wanted = rewards + (1 - terminated) * gamma * best

    def squared_error(params):
        values = state.apply_fn(params, observations)
        values = values[jnp.arange(values.shape[0]), actions]
        return ((values - wanted) ** 2).mean()

    loss, gradients = jax.value_and_grad(squared_error)(state.params)
    return state.apply_gradients(grads=gradients), loss


def arrays(batch):
    return batch.observations, batch.actions, batch.rewards, batch.next_observations, batch.terminated


class DQNAgent:
    def __init__(self, setting, environment, seed):
        network = MultilayerPerceptron(setting.hidden, int(environment.action_space.n))
        example = np.zeros(environment.observation_space.shape, np.float32)
        self.state = make_state(network, jax.random.key(seed), setting.learning_rate, example)
        self.gamma = setting.gamma

    def act(self, observation):
        return int(np.asarray(output(self.state, observation)).argmax())

    def update(self, batch):
        self.state, _ = update_dqn(self.state, arrays(batch), self.gamma)

    def copy_to_target(self):
        self.state = self.state.replace(target_params=self.state.params)


@partial(jax.jit, static_argnames="gamma")
def update_critic(actor, critic, batch, gamma):
    observations, actions, rewards, next_observations, terminated = batch
    next_actions = actor.apply_fn(actor.target_params, next_observations)
    next_values = critic.apply_fn(critic.target_params, next_observations, next_actions)
    wanted = rewards + (1 - terminated) * gamma * next_values

    def squared_error(params):
        return ((critic.apply_fn(params, observations, actions) - wanted) ** 2).mean()

    loss, gradients = jax.value_and_grad(squared_error)(critic.params)
    return critic.apply_gradients(grads=gradients), loss


@partial(jax.jit, static_argnames="tau")
def update_actor(actor, critic, observations, tau):
    """The targets too, in the same compiled function, as CleanRL does it."""

    def loss(params):
        return -critic.apply_fn(critic.params, observations, actor.apply_fn(params, observations)).mean()

    value, gradients = jax.value_and_grad(loss)(actor.params)
    actor, critic = (
        state.replace(target_params=optax.incremental_update(state.params, state.target_params, tau))
        for state in (actor.apply_gradients(grads=gradients), critic)
    )
    return actor, critic, value


class DDPGAgent:
    def __init__(self, setting, environment, seed):
        space = environment.action_space
        actor_key, critic_key = jax.random.split(jax.random.key(seed))
        observation = np.zeros(environment.observation_space.shape, np.float32)
        action = np.zeros(space.shape, np.float32)
        scale, bias = (space.high - space.low) / 2, (space.high + space.low) / 2
        actor = Actor(setting.hidden, space.shape[0], tuple(scale.tolist()), tuple(bias.tolist()))
        critic = Critic(setting.hidden)
        self.actor = make_state(actor, actor_key, setting.learning_rate, observation)
        self.critic = make_state(critic, critic_key, setting.learning_rate, observation, action)
        self.gamma, self.tau = setting.gamma, setting.tau

    def act(self, observation):
        return np.asarray(output(self.actor, observation))

    def update(self, batch):
        batch = arrays(batch)
        self.critic, _ = update_critic(self.actor, self.critic, batch, self.gamma)
        self.actor, self.critic, _ = update_actor(self.actor, self.critic, batch[0], self.tau)
