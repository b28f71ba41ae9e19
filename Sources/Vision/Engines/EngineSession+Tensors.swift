extension EngineSession {
  /// Refuses tensors that the model can't take.
  func check(_ tensors: [Tensor]) throws(EngineError) {
    guard tensors.count == inputs.count else {
      throw .wrongInputs(expected: "\(inputs.count) tensors", found: "\(tensors.count)")
    }
    for (input, tensor) in zip(inputs, tensors) {
      guard let element = input.element else { throw .unsupportedType(tensor: input.name) }
      let fits =
        input.shape.count == tensor.shape.count
        && zip(input.shape, tensor.shape).allSatisfy { $0 == nil || $0 == $1 }
      guard fits, element == tensor.element else {
        throw .wrongInputs(expected: "\(input)", found: "\(tensor.element) \(tensor.shape)")
      }
    }
  }

  /// Runs the model through a C layer, writing into memory of ours all outputs whose shape is known once the batch is.
  ///
  /// - Parameter call: runs it and returns a message, or `nil` for success. What it allocates for outputs without data
  ///   lives until `release`.
  func run<Native: NativeTensor>(
    _ tensors: [Tensor], call: ([Native], inout [Native]) -> String?, release: () -> Void = {}
  ) throws(EngineError) -> [Tensor] {
    try check(tensors)
    let batch = tensors.first?.shape.first ?? 1
    var results = outputs.map { Tensor($0, batch: batch) }
    let given = tensors.map { Native($0) }
    var taken = results.map { $0.map { Native($0) } ?? Native() }
    if let reason = call(given, &taken) { throw .failed(reason: reason) }
    defer { release() }
    for index in results.indices where results[index] == nil {
      results[index] = try taken[index].copy(named: outputs[index].name)
    }
    return results.compactMap { $0 }
  }
}

extension Tensor {
  /// Memory for an output whose shape is known once the batch is; `nil` for others.
  fileprivate convenience init?(_ output: TensorDescription, batch: Int) {
    guard let element = output.element, let first = output.shape.first,
      let shape = output.shape(batch: first ?? batch)
    else { return nil }
    self.init(element, shape: shape)
  }
}
