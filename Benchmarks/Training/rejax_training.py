"""rejax's own algorithms on its own environments, which it compiles whole: one environment, an update a step. It times
64 × 64 units alone, since its networks have no others."""

from functools import partial

import jax
import jax.numpy as jnp

import settings

ITERATIONS = 250  # In one call.
REPLAY = 10_000  # It is copied with every step: with the others' 200,000 rejax is six times slower.


def make(rejax, setting):
    common = {
        "env": setting.environment,
        "num_envs": 1,
        "total_timesteps": setting.steps,
        "buffer_size": REPLAY,
        "fill_buffer": setting.start,
        "batch_size": setting.batch,
        "learning_rate": setting.learning_rate,
        "gamma": setting.gamma,
    }
    activation = {"activation": "relu"}
    if isinstance(setting, settings.DQN):
        return rejax.DQN.create(
            **common,
            agent_kwargs=activation,
            ddqn=False,
            polyak=0.0,
            target_update_freq=setting.target_every,
            eps_end=setting.exploration_final,
            exploration_fraction=setting.exploration_fraction,
        )
    return rejax.TD3.create(
        **common,
        actor_kwargs=activation,
        critic_kwargs=dict(activation),
        polyak=1 - setting.tau,
        exploration_noise=2 * setting.noise_deviation,  # Actions are torques of −2 … 2.
    )


def measure(rejax, setting, window, seed=0):
    algorithm = make(rejax, setting)
    steps = ITERATIONS * getattr(algorithm, "policy_delay", 1)

    @partial(jax.jit, donate_argnums=0)
    def learn(state):
        return jax.lax.fori_loop(0, ITERATIONS, lambda _, state: algorithm.train_iteration(state), state)

    state, step = jax.tree.map(jnp.copy, jax.jit(algorithm.init_state)(jax.random.key(seed))), 0
    while not window.over(step):
        state, step = jax.block_until_ready(learn(state)), step + steps
