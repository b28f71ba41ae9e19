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

  /// A number for each class; `nil` where the model doesn't state their number.
  static func scores(classes: Int? = nil, _ scale: ScoreScale = .any) -> PortType {
    PortType(
      Scores.self, name: "scores", shape: [classes], meaning: scale == .any ? nil : scale.rawValue)
  }

  /// The known scale of scores.
  var scoreScale: ScoreScale { meaning.flatMap { ScoreScale(rawValue: $0) } ?? .any }

  static let classification = PortType(Classification.self, name: "classification")
}

/// One element of a batch, written in place: an item's preprocessing ends in the memory that the engine
/// reads.
public struct BatchSlot: Sendable {
  public let tensor: Tensor
  public let index: Int

  package init(tensor: Tensor, index: Int) {
    self.tensor = tensor
    self.index = index
  }
}

/// A network's output for one item: a number for each class.
public struct Scores: Sendable {
  let tensor: Tensor
  let index: Int
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
