import Dataflow

extension Stage {
  /// Whole batches → all that the network gives: a port for each of the model's tensors, called as in the model.
  ///
  /// - Parameter variants: ways to run the model, at least one; the first one is the reference.
  /// - Throws: `EngineError` if a tensor is neither float32 nor int64, or the model fails to run.
  public static func inferBatches(_ variants: [EngineVariant], name: String = "infer")
    throws(EngineError) -> Stage
  {
    let session = try variants[0].session()
    let inputs = try ports(session.inputs)
    let outputs = try ports(session.outputs)
    guard !inputs.isEmpty else { throw .wrongInputs(expected: "nothing", found: "tensors") }
    guard !outputs.isEmpty else { throw .wrongOutputs(expected: "tensors", found: "nothing") }
    try warmUp(session)
    let network = NetworkWork(variants[0].path)
    return Stage(
      name, inputs: inputs, outputs: outputs,
      implementations: variants.map { variant in
        .infer(variant, besides: variants[0]) { try InferBatchesInstance($0, inputs: inputs.count) }
      }, work: { _ in network.work })
  }

  private static func ports(_ tensors: [TensorDescription]) throws(EngineError) -> [Port] {
    var ports: [Port] = []
    for tensor in tensors {
      guard let element = tensor.element, element == .float32 || element == .int64 else {
        throw .unsupportedType(tensor: tensor.name)
      }
      ports.append(Port(tensor.name, .batch(element, shape: tensor.shape)))
    }
    return ports
  }

  /// Runs the model on zeros, a batch of one, where its shapes say what that is: the first runs of a session
  /// allocate and are slow, and a model that can't run should fail now.
  private static func warmUp(_ session: any EngineSession) throws(EngineError) {
    let zeros = session.inputs.compactMap { Tensor(zeros: $0) }
    guard zeros.count == session.inputs.count else { return }
    for _ in 0..<2 { _ = try session.run(zeros) }
  }
}

extension Tensor {
  /// Zeros for an input, a batch of one; `nil` where its shape does not say how many or its type is not handled.
  public convenience init?(zeros input: TensorDescription) {
    let first = input.shape.first.map { $0 ?? 1 }
    let shape = first.map { input.shape(batch: $0) } ?? []
    guard let element = input.element, let shape else { return nil }
    self.init(element, shape: shape)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }
}

private final class InferBatchesInstance: StageInstance {
  private let session: any EngineSession
  private let inputs: Int

  init(_ session: any EngineSession, inputs: Int) throws(EngineError) {
    self.session = session
    self.inputs = inputs
    try session.reserve()
  }

  func fire(_ firing: Firing) throws {
    let tensors = try (0..<inputs).map { try firing.input($0, as: Tensor.self) }
    for (port, output) in try session.run(tensors).enumerated() { firing.emit(output, on: port) }
  }
}
