"""DQN and DDPG in PyTorch; see cleanrl.py."""

from copy import deepcopy

import torch
from torch import nn
from torch.nn import functional


def multilayer_perceptron(inputs, hidden, outputs):
    layers = []
    for width in hidden:
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def tensors(batch):
    arrays = batch.observations, batch.actions, batch.rewards, batch.next_observations, batch.terminated
    return map(torch.from_numpy, arrays)


class DQNAgent:
    def __init__(self, setting, environment, seed):
        torch.manual_seed(seed)
        inputs, outputs = environment.observation_space.shape[0], int(environment.action_space.n)
        self.network = multilayer_perceptron(inputs, setting.hidden, outputs)
        self.target = deepcopy(self.network)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=setting.learning_rate)
        self.gamma = setting.gamma

    def act(self, observation):
        with torch.no_grad():
            return self.network(torch.from_numpy(observation)).argmax().item()

    def update(self, batch):
        observations, actions, rewards, next_observations, terminated = tensors(batch)
        with torch.no_grad():
            best, _ = self.target(next_observations).max(dim=1)
            wanted = rewards + self.gamma * best * (1 - terminated)
        values = self.network(observations).gather(1, actions.unsqueeze(1)).squeeze(1)
        loss = functional.mse_loss(wanted, values)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def copy_to_target(self):
        self.target.load_state_dict(self.network.state_dict())


class Actor(nn.Module):
    def __init__(self, environment, hidden):
        super().__init__()
        space = environment.action_space
        self.network = multilayer_perceptron(
            environment.observation_space.shape[0], hidden, space.shape[0]
        )
        self.register_buffer("scale", torch.tensor((space.high - space.low) / 2))
        self.register_buffer("bias", torch.tensor((space.high + space.low) / 2))

    def forward(self, observations):
        return torch.tanh(self.network(observations)) * self.scale + self.bias


class Critic(nn.Module):
    def __init__(self, environment, hidden):
        super().__init__()
        inputs = environment.observation_space.shape[0] + environment.action_space.shape[0]
        self.network = multilayer_perceptron(inputs, hidden, 1)

    def forward(self, observations, actions):
        return self.network(torch.cat([observations, actions], 1)).squeeze(1)


class DDPGAgent:
    def __init__(self, setting, environment, seed):
        torch.manual_seed(seed)
        self.actor, self.critic = (network(environment, setting.hidden) for network in (Actor, Critic))
        self.target_actor, self.target_critic = deepcopy(self.actor), deepcopy(self.critic)
        self.actor_optimizer, self.critic_optimizer = (
            torch.optim.Adam(network.parameters(), lr=setting.learning_rate)
            for network in (self.actor, self.critic)
        )
        self.gamma, self.tau = setting.gamma, setting.tau

    def act(self, observation):
        with torch.no_grad():
            return self.actor(torch.from_numpy(observation)).numpy()

    def update(self, batch):
        observations, actions, rewards, next_observations, terminated = tensors(batch)
        with torch.no_grad():
            next_values = self.target_critic(next_observations, self.target_actor(next_observations))
            wanted = rewards + (1 - terminated) * self.gamma * next_values
        critic_loss = functional.mse_loss(self.critic(observations, actions), wanted)
        self.critic_optimizer.zero_grad()
        critic_loss.backward()
        self.critic_optimizer.step()

        actor_loss = -self.critic(observations, self.actor(observations)).mean()
        self.actor_optimizer.zero_grad()
        actor_loss.backward()
        self.actor_optimizer.step()

        for network, target in ((self.actor, self.target_actor), (self.critic, self.target_critic)):
            for ours, slow in zip(network.parameters(), target.parameters(), strict=True):
                slow.data.copy_(self.tau * ours.data + (1 - self.tau) * slow.data)
