import Dataflow

extension Stage {
  /// Whole batches → all outputs of the network: a port for each of the model's tensors, of the same name.
  ///
  /// - Parameter variants: ways to run the model, at least one; the first one is the reference.
  /// - Throws: `EngineError` if a tensor's type is not handled, or exceeds the limits, or the model fails to
  ///   run.
  public static func inferBatches(_ variants: [EngineVariant], name: String = "infer")
    throws(EngineError) -> Stage
  {
    let session = try variants[0].session()
    guard !session.inputs.isEmpty else { throw .wrongInputs(expected: "nothing", found: "tensors") }
    guard !session.outputs.isEmpty else { throw .wrongOutputs(expected: "tensors", found: "nothing") }
    for input in session.inputs where !input.hasRank { throw .unknownRank(tensor: input.name) }
    let inputs = try ports(session.inputs, "input", session.limits)
    _ = try ports(session.outputs, "output", session.limits)
    let (found, remarks) = try warmUp(session)
    let outputs = try ports(found, "output", session.limits)
    let network = NetworkWork(variants[0].path)
    var stage = Stage(
      name, inputs: inputs, outputs: outputs,
      implementations: variants.map { variant in
        .infer(variant, besides: variants[0]) { InferBatchesInstance($0, inputs: inputs.count) }
      }, operation: BatchOperation(variants: variants), work: { _ in network.work })
    stage.remarks = remarks
    return stage
  }

  private static func ports(
    _ tensors: [TensorDescription], _ direction: String, _ limits: TensorLimits
  ) throws(EngineError) -> [Port] {
    var ports: [Port] = []
    for tensor in tensors {
      guard let element = tensor.element else {
        throw .unsupportedType(tensor: tensor.name, type: tensor.typeName)
      }
      try limits.check("\(direction) '\(tensor.name)' of the model", bytes: tensor.leastBytes)
      ports.append(Port(tensor.name, .batch(element, shape: tensor.shape, symbols: tensor.symbols)))
    }
    return ports
  }

  /// Runs the model on zeros, a batch of one, where its shapes determine that: the first runs of a session
  /// allocate and are slow, and a model that can't run should fail now. The resulting numbers don't matter.
  ///
  /// - Returns: the actual outputs, and their differences from the model's declarations.
  private static func warmUp(
    _ session: any EngineSession
  ) throws(EngineError) -> ([TensorDescription], remarks: [String]) {
    guard let zeros = try Tensor.zeros(for: session.inputs, session.limits) else {
      return (session.outputs, [])
    }
    var results = try session.run(zeros)
    results = try session.run(zeros)
    let values = try SymbolValues(session.inputs, zeros.map(\.shape))
    var (outputs, remarks) = (session.outputs, [String]())
    for (index, (output, result)) in zip(session.outputs, results).enumerated() {
      guard let actual = output.corrected(by: result, values) else { continue }
      outputs[index] = actual
      guard output.hasRank else { continue }
      remarks.append(
        "the model declares its output '\(output.name)' as \(output), and gives \(result.element) \(result.shape)"
      )
    }
    return (outputs, remarks)
  }
}

extension TensorDescription {
  /// The description that a run shows: extents that differ from the declaration are free.
  ///
  /// - Returns: `nil` if the declaration is right.
  func corrected(by result: Tensor, _ values: SymbolValues) -> TensorDescription? {
    guard hasRank, result.shape.count == shape.count else {
      return TensorDescription(
        name: name, element: result.element, shape: Array(repeating: nil, count: result.shape.count))
    }
    let isDeclared = shape.indices.map { index in
      let expected = shape[index] ?? symbols[index].flatMap { values[$0] }
      return expected == nil || expected == result.shape[index]
    }
    guard element != result.element || isDeclared.contains(false) else { return nil }
    return TensorDescription(
      name: name, element: result.element, shape: zip(shape, isDeclared).map { $1 ? $0 : nil },
      symbols: zip(symbols, isDeclared).map { $1 ? $0 : nil })
  }
}

private final class InferBatchesInstance: StageInstance {
  private let session: any EngineSession
  private let inputs: Int

  init(_ session: any EngineSession, inputs: Int) {
    self.session = session
    self.inputs = inputs
  }

  func fire(_ firing: Firing) throws {
    let tensors = try (0..<inputs).map { try firing.input($0, as: Tensor.self) }
    let outputs = try session.run(tensors)
    try session.limits.check(all: outputs, "the response")
    for (port, output) in outputs.enumerated() { firing.emit(output, on: port) }
  }
}
