import Kernels

/// A layer's function on its sums.
public enum Activation: String, Codable, Sendable, CaseIterable {
  case none
  case relu
  case tanh

  var finish: MatrixKernel.Finish {
    switch self {
    case .none: .none
    case .relu: .relu
    case .tanh: .tanh
    }
  }

  /// The product with the derivative at the activation's `outputs`.
  func gradient(outputs: MatrixView) -> MatrixKernel.Finish {
    switch self {
    case .none: .none
    case .relu: .reluGradient(outputs: outputs)
    case .tanh: .tanhGradient(outputs: outputs)
    }
  }
}
