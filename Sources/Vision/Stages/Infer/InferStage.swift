import Dataflow

extension StageKind {
  /// A tensor → the network's scores.
  ///
  /// Keys: `model` (a path, relative to the pipeline's file), `engine` (`onnxruntime`), `threads` (those that work
  /// together on one run; all cores if not given).
  static let infer = StageKind("infer", keys: ["model", "engine", "threads"]) { parameters in
    let names = Engines.all.map(\.name)
    var engine = Engines.all[0]
    if let node = parameters.values["engine"] {
      let name = try node.string()
      guard let named = Engines.named(name) else {
        throw node.error("\(node.path) is '\(name)'; it must be \(names.joined(separator: " or "))")
      }
      engine = named
    }
    let threads = try parameters.values["threads"]?.integer(in: 1...256)
    let session = try engine.load(
      model: try parameters.path("model"), threads: threads ?? Platform.local.device(of: .cpu)?.cores ?? 1)
    return try Stage.infer(parameters.name, session, engine: engine.name, isThreaded: threads != 1)
  }
}

extension Stage {
  /// - Parameter isThreaded: whether one run keeps the whole device busy.
  /// - Throws: `EngineError` if the model is not one of one input and one output, or fails to run.
  static func infer(
    _ name: String = "infer", _ session: any EngineSession, engine: String, isThreaded: Bool
  ) throws(EngineError) -> Stage {
    guard session.inputs.count == 1, let input = session.inputs.first, let output = session.outputs.first else {
      throw .wrongInputs(expected: "\(session.inputs.count) inputs", found: "one")
    }
    try warmUp(session, input)
    return Stage(
      name,
      inputs: [Port(input.name, .batchSlot(Array(input.shape.dropFirst())))],
      outputs: [Port(output.name, .scores)],
      implementations: [
        Implementation(engine, on: .cpu, parallelism: isThreaded ? .device : .core) { _ in
          InferInstance(session)
        }
      ])
  }

  /// The first runs of a session allocate and are slow; they are not for users.
  private static func warmUp(_ session: any EngineSession, _ input: TensorDescription) throws(EngineError) {
    guard let shape = input.shape(batch: 1) else { return }
    let tensor = Tensor(shape: shape)
    tensor.data.initialize(repeating: 0)
    for _ in 0..<2 { _ = try session.run([tensor]) }
  }
}

private final class InferInstance: StageInstance {
  private let session: any EngineSession

  init(_ session: any EngineSession) { self.session = session }

  func fire(_ firing: Firing) throws {
    let slot = try firing.input(as: BatchSlot.self)
    guard let output = try session.run([slot.tensor]).first else { return }
    firing.emit(Scores(tensor: output, index: slot.index))
  }
}
