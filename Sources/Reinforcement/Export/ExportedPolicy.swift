/// A policy as an ONNX file: observations in, final actions out.
///
/// The input is `observation`, float32 `[batch, observation size]`. The outputs are
/// - for discrete actions: `action`, int64 `[batch]`, the best one; `q_values`, float32 `[batch, actions]`;
/// - for continuous actions: `action`, float32 `[batch, action size]`, within the environment's bounds.
public struct ExportedPolicy: Sendable {
  public let observationSize: Int
  public let actionSpace: ActionSpace
  /// The contents of the file.
  public let bytes: [UInt8]

  /// The policy's origin, as stated in the file.
  public struct Origin: Sendable, Hashable {
    /// Such as `dqn`.
    public var algorithm: String
    /// Such as `CartPole-v1`.
    public var environment: String
    /// The environment steps of its training.
    public var steps: Int

    public init(algorithm: String, environment: String, steps: Int) {
      self.algorithm = algorithm
      self.environment = environment
      self.steps = steps
    }
  }

  /// Builds the file around a network.
  ///
  /// - Parameter network: writes the network's operations, which read the value of the given name, and
  ///   returns its output: a value for each discrete action; or, for continuous actions, numbers from −1 to
  ///   1, as by tanh.
  /// - Throws: `ExportError` if the actions have no bounds, and the errors of `network`.
  public init(
    observationSize: Int, actionSpace: ActionSpace, origin: Origin,
    network: (inout ONNXGraph, _ input: String) throws -> String
  ) throws {
    self.observationSize = observationSize
    self.actionSpace = actionSpace
    var graph = ONNXGraph("policy")
    let output = try network(&graph, graph.input("observation", size: observationSize))
    switch actionSpace {
    case .discrete(let count):
      graph.output(graph.argMax(output), as: "action", .int64, size: nil)
      graph.output(output, as: "q_values", size: count)
    case .continuous(let box):
      graph.output(try graph.scale(output, to: box), as: "action", size: box.size)
    }
    bytes = graph.serialised(metadata: [
      ("producer", "drivetrain"), ("algorithm", origin.algorithm), ("environment", origin.environment),
      ("steps", "\(origin.steps)"),
    ])
  }
}

/// The reason why a policy has no ONNX file.
public enum ExportError: Error, Sendable, Equatable, CustomStringConvertible {
  case unboundedAction(component: Int)
  case unknownNetwork(String)

  public var description: String {
    switch self {
    case .unboundedAction(let component):
      "component \(component) of the actions has no finite bounds, so −1…1 can't be scaled to them; give the "
        + "environment's action space finite bounds"
    case .unknownNetwork(let type): "a \(type) can't be written as ONNX; conform it to ExportableNetwork"
    }
  }
}

extension ONNXGraph {
  /// Scales −1…1 in each column to the column's bounds: low + (x + 1)/2 · (high − low).
  fileprivate mutating func scale(_ input: String, to box: BoxSpace) throws(ExportError) -> String {
    for index in 0..<box.size where !(box.high[index] - box.low[index]).isFinite {
      throw .unboundedAction(component: index)
    }
    let one = constant([1], shape: [1])
    let half = constant(zip(box.low, box.high).map { ($1 - $0) / 2 }, shape: [box.size])
    let low = constant(box.low, shape: [box.size])
    return add(multiply(add(input, one), half), low)
  }
}
