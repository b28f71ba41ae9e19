import Dataflow

extension PortType {
  static let encodedImage = PortType(EncodedImage.self, name: "encoded image")

  /// RGB pixels: height, width, 3.
  static func pixels(height: Int? = nil, width: Int? = nil) -> PortType {
    PortType(PixelBuffer.self, name: "pixels", shape: [height, width, 3])
  }

  /// One element of a batch: the shape of a tensor without its first dimension.
  static func batchSlot(_ element: ElementType, _ shape: [Int?]) -> PortType {
    PortType(BatchSlot.self, name: "\(element) tensor", shape: shape)
  }

  var isSlot: Bool { slotElement != nil }

  /// The element type of a batch's slot; `nil` for other ports.
  var slotElement: ElementType? { ElementType.allCases.first { fits(.batchSlot($0, [])) } }

  /// A whole batch: a tensor as a model declares it.
  static func batch(_ element: ElementType, shape: [Int?] = [], symbols: [String?] = []) -> PortType {
    PortType(Tensor.self, name: "\(element) batch", shape: shape, symbols: symbols)
  }

  var isBatch: Bool { batchElement != nil }

  /// The element type of a batch; `nil` for other ports.
  var batchElement: ElementType? { ElementType.allCases.first { fits(.batch($0)) } }

  /// What a network gives for an item: its tensors, in the network's order, without the batch.
  static func outputs(_ tensors: [TensorDescription] = [], _ scale: ScoreScale = .any) -> PortType {
    PortType(
      NetworkOutputs.self, name: "network outputs", meaning: scale == .any ? nil : scale.rawValue,
      parts: tensors.map { Port($0.name, .part($0)) })
  }

  private static func part(_ tensor: TensorDescription) -> PortType {
    PortType(Tensor.self, name: tensor.typeName, shape: tensor.shape, meaning: tensor.maker)
  }

  /// What a network gives for an item, as far as it is known; `nil` of what is no network's.
  var networkOutputs: [TensorDescription]? {
    guard fits(.outputs()) else { return nil }
    return parts.map {
      TensorDescription(
        name: $0.name, element: ElementType(rawValue: $0.type.name), shape: $0.type.shape,
        typeName: $0.type.name, maker: $0.type.meaning)
    }
  }

  /// What is known of the first output's numbers.
  var scoreScale: ScoreScale { meaning.flatMap { ScoreScale(rawValue: $0) } ?? .any }
}

/// One element of a batch, written in place: an item's preprocessing ends in the memory that the engine
/// reads.
public struct BatchSlot: Sendable {
  public let tensor: Tensor
  public let index: Int
  /// Where in the photograph it lies, of images.
  public let frame: InputFrame?

  package init(tensor: Tensor, index: Int, frame: InputFrame? = nil) {
    self.tensor = tensor
    self.index = index
    self.frame = frame
  }
}

/// What a network gave for one item: all its tensors, floating-point numbers as float32.
public struct NetworkOutputs: Sendable {
  /// In the network's order; of a whole batch, if they have a row for each item.
  public let tensors: [Tensor]
  /// The item's row; `nil` where the tensors are of this item alone, without rows.
  public let row: Int?
  /// Where the network's input lies in the photograph.
  public let frame: InputFrame?

  package init(tensors: [Tensor], row: Int?, frame: InputFrame?) {
    (self.tensors, self.row, self.frame) = (tensors, row, frame)
  }

  /// The extents of an output of this item.
  public func shape(_ output: Int) -> [Int] {
    row == nil ? tensors[output].shape : Array(tensors[output].shape.dropFirst())
  }

  /// The numbers of an output of this item, valid while the value lives.
  ///
  /// - Precondition: the output is of floating-point numbers.
  public func numbers(_ output: Int) -> UnsafeMutableBufferPointer<Float> {
    row.map { tensors[output].slot($0) } ?? tensors[output].data
  }

  /// The numbers of an output of this item as they are.
  public func bytes(_ output: Int) -> UnsafeMutableRawBufferPointer {
    row.map { tensors[output].slotBytes($0) } ?? tensors[output].bytes
  }
}

/// The scale of a network's scores, as far as its file and a trial show it.
enum ScoreScale: String {
  /// Logits, or unknown.
  case any
  /// From 0 to 1, and 1 together: a softmax is part of the network.
  case probabilities
  /// From 0 to 1, each for itself: a sigmoid is part of the network.
  case independent = "independent probabilities"
}
