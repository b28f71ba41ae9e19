import Kernels

/// What a layer does to its sums.
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

  /// Multiplies with the derivative where the activation gave `outputs`.
  func gradient(outputs: MatrixView) -> MatrixKernel.Finish {
    switch self {
    case .none: .none
    case .relu: .reluGradient(outputs: outputs)
    case .tanh: .tanhGradient(outputs: outputs)
    }
  }
}
