import Kernels

extension TrainedPolicy {
  /// The policy as an ONNX file.
  ///
  /// - Throws: `ExportError` if the actions have no bounds, or a custom network's errors.
  public func exported() throws -> ExportedPolicy {
    try ExportedPolicy(
      observationSize: spaces.observation.size, actionSpace: spaces.action,
      origin: .init(
        algorithm: metadata.algorithm, environment: metadata.environment, steps: metadata.steps)
    ) { [policy] graph, input in
      guard let network = policy.network.host as? any ExportableNetwork else {
        throw ExportError.unknownNetwork("\(type(of: policy.network.host))")
      }
      return try network.export(to: &graph, input: input)
    }
  }

  /// Observations from the policy's environment with its outputs, which another form of it must reproduce.
  public func recordCheck(observations count: Int = 1_000) throws -> PolicyCheck {
    let environments = try makeEnvironments(8)
    let (rows, size) = (environments.count, spaces.observation.size)
    let policy = policy.copy(maximumBatch: rows)
    let (actions, scaled) = (
      Matrix(rows: rows, columns: spaces.action.size), Matrix(rows: rows, columns: spaces.action.size)
    )
    var observations: [Float] = []
    var answers = PolicyOutputs(actions: [])
    environments.reset(seed: experiment.budget.evaluationSeed)
    while observations.count < count * size {
      let seen = environments.observations.view
      policy.act(seen, into: actions.view)
      spaces.action.scale(actions.view, into: scaled.view)
      let values = policy.network.forward(seen)
      for row in 0..<min(rows, count - observations.count / size) {
        observations += seen.row(row)
        answers.actions += scaled.view.row(row)
        if case .discrete = spaces.action { answers.values += values.row(row) }
      }
      environments.step(scaled.view)
    }
    return PolicyCheck(
      observationSize: size, actionSpace: spaces.action, observations: observations, expected: answers)
  }
}
