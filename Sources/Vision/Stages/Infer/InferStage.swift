import Basics
import Dataflow

extension StageKind {
  /// A tensor → the network's outputs; or, where nothing or another such stage comes before, whole batches → all that
  /// the network gives.
  ///
  /// Keys: `model` (a path, relative to the pipeline's file), `engine` (`onnxruntime`, `openvino`),
  /// `precision` (`fp32`, `bf16`, `int8`), `threads` (that work together on one run). The plan chooses
  /// missing values; without a plan they are ONNX Runtime in fp32 with all cores.
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
      threads: try parameters.values["threads"]?.integer(in: 1...256),
      limits: TensorLimits(overrides: parameters.overrides))
    do {
      if parameters.inputTypes.allSatisfy(\.isBatch) {
        return try Stage.inferBatches(variants, name: parameters.name)
      }
      let given = parameters.inputTypes.first
      return try Stage.infer(
        variants, given?.slotElement ?? .float32, item: given?.shape, name: parameters.name)
    } catch let error as EngineError {
      guard let key = error.key else { throw error }
      throw (parameters.values[key] ?? model).error("\(error)")
    }
  }
}

extension Stage {
  /// One element of a batch → what the network gives for it.
  ///
  /// - Parameters:
  ///   - variants: ways to run the model, at least one; the first one is the reference.
  ///   - element, item: the type and shape of what the stage will be given, without the batch.
  /// - Throws: `EngineError` if the model doesn't take one tensor of these, or fails to run.
  public static func infer(
    _ variants: [EngineVariant], _ element: ElementType = .float32, item: [Int?]? = nil,
    name: String = "infer"
  ) throws(EngineError) -> Stage {
    let session = ImageInputSession.wrapping(try variants[0].session())
    let given = TensorDescription(name: "item", element: element, shape: [1] + (item ?? []))
    let input = try input(of: session, taking: given, isKnown: item != nil)
    guard let output = session.outputs.first else {
      throw .wrongOutputs(expected: "tensors", found: "nothing")
    }
    let trial = try trial(session, input, item)
    let network = NetworkWork(variants[0].path, item: item)
    let rows = input.shape[0]
    // Images of their own sizes make no batch.
    let isOneSize = item?.contains(nil) != true
    let isBatched = rows == nil && isOneSize && (trial?.isByItem ?? false)
    let hasRows = trial?.hasRows ?? true
    let operation = NetworkOperation(
      variants: variants, maximumBatchSize: isBatched ? .max : 1, rows: rows, hasRows: hasRows)
    let outputs = trial?.outputs ?? session.outputs.map { $0.ofOneItem(hasRows: true) }
    var stage = Stage(
      name,
      inputs: [Port(input.name, .batchSlot(element, Array(input.shape.dropFirst())))],
      outputs: [Port("outputs", .outputs(outputs, ScoreScale(output.maker, trial)))],
      implementations: variants.map { operation.implementation($0) }, operation: operation,
      work: { _ in network.work })
    if rows == nil, isOneSize, let trial, !trial.isByItem {
      stage.remarks.append(
        "images go through the network one by one: its output for several at once is not a row for each")
    }
    if let rows, rows > 1 {
      stage.remarks.append(
        "the network's batch is fixed at \(rows), of which one row is used; export it with a free batch")
    }
    if let trial, !trial.isFiniteForZeros {
      stage.remarks.append("the network's scores for an image of zeros are not finite")
    }
    return stage
  }

  /// The model's one input, checked against the given tensor.
  private static func input(
    of session: any EngineSession, taking given: TensorDescription, isKnown: Bool
  ) throws(EngineError) -> TensorDescription {
    guard session.inputs.count == 1, let input = session.inputs.first else {
      throw .wrongInputs(
        expected: "\(session.inputs.count.counted("input")) (\(session.inputs.named))", found: "one, \(given)"
      )
    }
    guard let element = input.element else {
      throw .unsupportedType(tensor: input.name, type: input.typeName)
    }
    guard input.hasRank else { throw .unknownRank(tensor: input.name) }
    try session.limits.check("input '\(input.name)' of the model", bytes: input.leastBytes)
    let rest = input.shape.dropFirst()
    let fits =
      !isKnown
      || rest.count == given.shape.count - 1
        && zip(rest, given.shape.dropFirst()).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
    guard element == given.element, input.shape.count >= 2, fits, input.shape[0] ?? 1 > 0 else {
      let advice = ModelFit(input, given).advice
      throw .wrongInputs(expected: "\(input)", found: "\(given)\(advice.map { "; \($0)" } ?? "")")
    }
    return input
  }

  /// - Returns: `nil` where the shapes don't determine an input.
  private static func trial(
    _ session: any EngineSession, _ input: TensorDescription, _ item: [Int?]?
  ) throws(EngineError) -> NetworkTrial? {
    var input = input
    if let item, item.count == input.shape.count - 1 {
      let shape = input.shape.prefix(1) + zip(input.shape.dropFirst(), item).map { $0 ?? $1 }
      input = TensorDescription(
        name: input.name, element: input.element, shape: Array(shape), symbols: input.symbols)
    }
    guard let element = input.element else { return nil }
    let takesBatches = input.shape[0] == nil
    if let shape = input.shape(batch: input.shape[0] ?? 1) {
      return try NetworkTrial(session, element, shape: shape, takesBatches: takesBatches)
    }
    // Images of their own sizes: two of them show which extents depend on that. Networks may refuse others.
    let trials = Self.ownSizes.compactMap { sides in
      var sides = sides[...]
      let shape = input.shape.enumerated().map { axis, extent in
        extent ?? (axis == 0 ? 1 : sides.popFirst() ?? 1)
      }
      return try? NetworkTrial(session, element, shape: shape, takesBatches: false)
    }
    return trials.count == 2 ? NetworkTrial(trials[0], trials[1]) : nil
  }

  /// Height and width, multiples of what networks divide sides by: 32 and 14.
  private static let ownSizes = [[224, 224], [224, 448]]
}

extension ScoreScale {
  /// - Parameter ending: the operator that makes the scores, if known.
  fileprivate init(_ ending: String?, _ trial: NetworkTrial?) {
    switch ending {
    case "Softmax": self = .probabilities
    case "Sigmoid", "HardSigmoid": self = .independent
    default: self = trial?.areProbabilities ?? false ? .probabilities : .any
    }
  }
}

extension Implementation {
  /// A stage that runs a network in one of several ways, the first of which is the reference.
  static func infer(
    _ variant: EngineVariant, besides reference: EngineVariant, maximumBatchSize: Int = 1,
    makeInstance: @escaping @Sendable (any EngineSession) throws -> any StageInstance
  ) -> Implementation {
    Implementation(
      variant.name, on: .cpu, parallelism: .cores(variant.threads),
      approximation: variant.precision == reference.precision ? nil : variant.approximation(),
      maximumBatchSize: maximumBatchSize
    ) { _ in
      let session = try variant.session()
      try session.reserve()
      return try makeInstance(session)
    }
  }
}
