extension ONNXGraph {
  /// A dense layer: `activation(input · weightsᵀ + bias)`.
  ///
  /// - Parameters:
  ///   - weights: `[out, in]`, the last dimension fastest, as in PyTorch.
  ///   - bias: `[out]`.
  public mutating func dense(
    _ input: String, weights: [Float], bias: [Float], activation: Activation = .none
  ) -> String {
    let sums = gemm(input, weights: weights, bias: bias)
    return switch activation {
    case .none: sums
    case .relu: relu(sums)
    case .tanh: tanh(sums)
    }
  }

  /// `input · weightsᵀ + bias`, with `weights` `[out, in]` and `bias` `[out]`.
  public mutating func gemm(_ input: String, weights: [Float], bias: [Float]) -> String {
    precondition(
      !bias.isEmpty && !weights.isEmpty && weights.count.isMultiple(of: bias.count),
      "\(weights.count) weights are not whole rows for \(bias.count) outputs")
    let matrix = constant(weights, shape: [bias.count, weights.count / bias.count])
    let vector = constant(bias, shape: [bias.count])
    return add("Gemm", [input, matrix, vector], [("transB", .integer(1))])
  }

  public mutating func relu(_ input: String) -> String { add("Relu", [input]) }

  public mutating func tanh(_ input: String) -> String { add("Tanh", [input]) }

  /// The sum by elements, with a single row or column repeated as needed; so are the next two.
  public mutating func add(_ a: String, _ b: String) -> String { add("Add", [a, b]) }

  public mutating func subtract(_ a: String, _ b: String) -> String { add("Sub", [a, b]) }

  public mutating func multiply(_ a: String, _ b: String) -> String { add("Mul", [a, b]) }

  /// Each row's mean, `[batch, 1]`.
  public mutating func mean(_ input: String) -> String {
    add("ReduceMean", [input], [("axes", .integers([1])), ("keepdims", .integer(1))])
  }

  /// The position of each row's maximum, the first of equal ones: int64 `[batch]`.
  public mutating func argMax(_ input: String) -> String {
    add("ArgMax", [input], [("axis", .integer(1)), ("keepdims", .integer(0))])
  }

  /// The action values of a dueling network: value + advantages − mean of the advantages (Wang et al., 2016).
  public mutating func dueling(value: String, advantages: String) -> String {
    let centred = subtract(advantages, mean(advantages))
    return add(value, centred)
  }
}
