import Dataflow

extension PortType {
  static let encodedImage = PortType(EncodedImage.self, name: "encoded image")

  /// RGB pixels: height, width, 3.
  static func pixels(height: Int? = nil, width: Int? = nil) -> PortType {
    PortType(PixelBuffer.self, name: "pixels", shape: [height, width, 3])
  }

  /// One element of a batch: the shape of a tensor without its first dimension.
  static func batchSlot(_ shape: [Int?]) -> PortType {
    PortType(BatchSlot.self, name: "float32 tensor", shape: shape)
  }

  var isSlot: Bool { fits(.batchSlot([])) }

  /// A whole batch: a tensor as a model declares it.
  static func batch(_ element: ElementType, shape: [Int?] = []) -> PortType {
    PortType(Tensor.self, name: "\(element) batch", shape: shape)
  }

  var isBatch: Bool { batchElement != nil }

  /// What a batch is made of; `nil` for everything that is none.
  var batchElement: ElementType? { ElementType.allCases.first { fits(.batch($0)) } }

  /// A number for each class; `nil` where the model doesn't say how many.
  static func scores(classes: Int? = nil) -> PortType {
    PortType(Scores.self, name: "scores", shape: [classes])
  }

  static let classification = PortType(Classification.self, name: "classification")
}

/// One element of a batch, written in place: preprocessing of an item ends in the memory that the engine reads.
public struct BatchSlot: Sendable {
  public let tensor: Tensor
  public let index: Int
}

/// What a network gave for one item: a number for each class.
public struct Scores: Sendable {
  let tensor: Tensor
  let index: Int
}
