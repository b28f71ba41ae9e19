extension DQNConfiguration {
  /// The networks of deep Q-learning: observation → a value for each action.
  func makeNetworks(
    observationSize: Int, actions: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> TargetedNetwork {
    let architecture: any NetworkArchitecture =
      architecture
      ?? (isDueling
        ? DuelingArchitecture(hidden: common.hidden, activation: common.activation)
        : MLPArchitecture(hidden: common.hidden, activation: common.activation))
    return TargetedNetwork(
      try backend.adopt(
        architecture.makeNetwork(
          inputSize: observationSize, outputSize: actions, outputActivation: .none,
          maximumBatch: common.batchSize, using: &random)))
  }
}
