import Dataflow

extension StageKind {
  /// A tensor → the network's scores; or, where nothing or another such stage comes before, whole batches → all that
  /// the network gives.
  ///
  /// Keys: `model` (a path, relative to the pipeline's file), `engine` (`onnxruntime`, `openvino`), `precision` (`fp32`,
  /// `bf16`, `int8`), `threads` (those that work together on one run). What is not given is for the plan to choose; without a
  /// plan it is ONNX Runtime in fp32 with all cores.
  static let infer = StageKind("infer", keys: ["model", "engine", "precision", "threads"]) { parameters in
    let names = Engines.all.map(\.name)
    var engine: (any Engine)?
    if let node = parameters.values["engine"] {
      let name = try node.string()
      engine = Engines.named(name)
      if engine == nil {
        throw node.error("\(node.path) is '\(name)'; it must be \(names.joined(separator: " or "))")
      }
    }
    let model = try parameters.required("model")
    let variants = EngineVariant.all(
      model: try parameters.path("model"), engine: engine,
      precision: try parameters.values["precision"]?.choice(of: Precision.self),
      threads: try parameters.values["threads"]?.integer(in: 1...256))
    do {
      if parameters.inputTypes.allSatisfy(\.isBatch) {
        return try Stage.inferBatches(variants, name: parameters.name)
      }
      return try Stage.infer(variants, item: parameters.inputTypes.first?.shape, name: parameters.name)
    } catch let error as EngineError {
      guard let key = error.key else { throw error }
      throw (parameters.values[key] ?? model).error("\(error)")
    }
  }
}

extension Stage {
  /// - Parameters:
  ///   - variants: ways to run the model, at least one; the first one is the reference.
  ///   - item: the shape of what the stage will be given, without the batch, where the model leaves it open.
  /// - Throws: `EngineError` if the model does not make one row of scores of one float32 tensor, or fails to run.
  public static func infer(_ variants: [EngineVariant], item: [Int?]? = nil, name: String = "infer")
    throws(EngineError) -> Stage
  {
    let session = try variants[0].session()
    let given = TensorDescription(name: "item", element: .float32, shape: [1] + (item ?? []))
    guard session.inputs.count == 1, let input = session.inputs.first else {
      let all = session.inputs.map { "\($0.name): \($0)" }.joined(separator: ", ")
      throw .wrongInputs(expected: "\(session.inputs.count) inputs (\(all))", found: "one, \(given)")
    }
    guard let output = session.outputs.first else {
      throw .wrongOutputs(expected: "a row of scores for each image", found: "nothing")
    }
    guard input.element == .float32, input.shape.count >= 2 else {
      throw .wrongInputs(expected: "\(input)", found: "\(given)")
    }
    guard output.element == .float32, output.shape.count >= 2 || output.shape.isEmpty else {
      throw .wrongOutputs(expected: "a row of scores for each image", found: "\(output)")
    }
    let classes = try warmUp(session, input, item)
    let network = NetworkWork(variants[0].path, item: item)
    return Stage(
      name,
      inputs: [Port(input.name, .batchSlot(Array(input.shape.dropFirst())))],
      outputs: [Port(output.name, .scores(classes: classes))],
      implementations: variants.map { variant in
        .infer(variant, besides: variants[0], maximumBatchSize: input.shape[0] == nil ? .max : 1) {
          try InferInstance($0)
        }
      }, work: { _ in network.work })
  }

  /// Runs the model on zeros: the first runs of a session allocate and are slow, and a model that can't run should
  /// fail now.
  ///
  /// - Returns: how many scores an image gets, or `nil` where the shapes don't say what to run it on.
  private static func warmUp(
    _ session: any EngineSession, _ input: TensorDescription, _ item: [Int?]?
  ) throws(EngineError) -> Int? {
    var input = input
    if let item, item.count == input.shape.count - 1 {
      let shape = input.shape.prefix(1) + zip(input.shape.dropFirst(), item).map { $0 ?? $1 }
      input = TensorDescription(name: input.name, element: input.element, shape: Array(shape))
    }
    guard let shape = input.shape(batch: 1) else { return nil }
    let tensor = Tensor(shape: shape)
    tensor.data.initialize(repeating: 0)
    var scores: Tensor?
    for _ in 0..<2 { scores = try session.run([tensor]).first }
    guard let scores, scores.shape.first == 1 else {
      throw .wrongOutputs(
        expected: "a row of scores for each image", found: "float32 \(scores?.shape ?? [])")
    }
    return scores.data.count
  }
}

extension Implementation {
  /// A network run in one of several ways, of which the first is the reference.
  static func infer(
    _ variant: EngineVariant, besides reference: EngineVariant, maximumBatchSize: Int = 1,
    makeInstance: @escaping @Sendable (any EngineSession) throws -> any StageInstance
  ) -> Implementation {
    Implementation(
      variant.name, on: .cpu, parallelism: .cores(variant.threads),
      approximation: variant.precision == reference.precision ? nil : variant.approximation,
      maximumBatchSize: maximumBatchSize
    ) { _ in try makeInstance(variant.session()) }
  }
}

private final class InferInstance: StageInstance {
  private let session: any EngineSession
  private let gathering = BatchGathering()

  init(_ session: any EngineSession) throws(EngineError) {
    self.session = session
    try session.reserve()
  }

  func fire(_ firing: Firing) throws {
    let batch = try gathering.batch(of: firing)
    guard let output = try session.run([batch]).first else { return }
    guard output.shape.first == firing.count() else {
      throw EngineError.wrongOutputs(
        expected: "a row of scores for each image", found: "float32 \(output.shape)")
    }
    for index in 0..<firing.count() { firing.emit(Scores(tensor: output, index: index), of: index) }
  }
}
