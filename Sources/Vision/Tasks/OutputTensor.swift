/// A tensor of a response.
public struct OutputTensor: Sendable {
  /// Numbers or texts, the last dimension fastest.
  public enum Contents: Sendable {
    case tensor(Tensor)
    case texts([String])
    case floats([Float])
    case integers([Int64])
    case bytes([UInt8])
  }

  public let name: String
  public let shape: [Int]
  public let contents: Contents

  public init(name: String, shape: [Int], contents: Contents) {
    self.name = name
    self.shape = shape
    self.contents = contents
  }

  /// The Open Inference Protocol's name of its type.
  public var datatype: String {
    switch contents {
    case .tensor(let tensor): tensor.element.datatype
    case .texts: "BYTES"
    case .floats: "FP32"
    case .integers: "INT64"
    case .bytes: "UINT8"
    }
  }
}

/// A tensor as responses have it.
public struct OutputTensorDescription: Sendable, Hashable {
  public let name: String
  /// The Open Inference Protocol's name of its type.
  public let datatype: String
  /// −1 where an extent is free.
  public let shape: [Int]

  public init(_ name: String, _ datatype: String, _ shape: [Int]) {
    self.name = name
    self.datatype = datatype
    self.shape = shape
  }
}
