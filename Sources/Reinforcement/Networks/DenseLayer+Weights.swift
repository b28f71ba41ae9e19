import Kernels

extension DenseLayer {
  /// The weights in the layout of PyTorch and ONNX: `[outputSize, inputSize]`, row by row.
  public var weights: [Float] {
    get {
      parameters.fetch()
      return (0..<outputSize).flatMap { output in (0..<inputSize).map { weight(from: $0, to: output).pointee }
      }
    }
    set {
      precondition(newValue.count == outputSize * inputSize, "as many weights as the layer has")
      parameters.fetch()
      defer { parameters.push() }
      for output in 0..<outputSize {
        for input in 0..<inputSize {
          weight(from: input, to: output).pointee = newValue[output * inputSize + input]
        }
      }
    }
  }

  /// The biases, one for each output.
  public var biases: [Float] {
    get {
      parameters.fetch()
      return (0..<outputSize).map { bias[$0] }
    }
    set {
      precondition(newValue.count == outputSize, "as many biases as outputs")
      parameters.fetch()
      defer { parameters.push() }
      for output in 0..<outputSize { bias[output] = newValue[output] }
    }
  }

  /// PyTorch's default: weights, then biases, uniform within ±1/√inputSize, drawn in the order of `weights`.
  public func initialise(using random: inout RandomStream) {
    let bound = 1 / Double(inputSize).squareRoot()
    func draw() -> Float { Float(random.uniform(-bound, bound)) }
    weights = (0..<outputSize * inputSize).map { _ in draw() }
    biases = (0..<outputSize).map { _ in draw() }
  }

  private func weight(from input: Int, to output: Int) -> UnsafeMutablePointer<Float> {
    let (row, column) = isNarrow ? (output, input) : (input, output)
    return weightView.pointer + row * weightView.stride + column
  }
}
