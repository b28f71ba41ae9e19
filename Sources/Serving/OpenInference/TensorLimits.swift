/// What a request of tensors may ask for.
public struct TensorLimits: Sendable, Hashable {
  /// The first dimension, where the model leaves it open.
  public var maximumBatch = 4096
  /// Numbers in one tensor.
  public var maximumNumbers = 1 << 20

  public init() {}
}
