/// What a network is for, as its description calls it.
public enum DescribedTask: String, Sendable, Hashable, CaseIterable {
  /// The likeliest classes.
  case classification
  /// Boxes, with key points where the head has them.
  case detection
  /// Boxes, each with its mask.
  case instanceSegmentation = "instance-segmentation"
  /// A class, or whether it is foreground, for each pixel.
  case segmentation
  /// A distance, or its inverse, for each pixel.
  case depth
  /// A vector.
  case embedding

  /// The stage that decodes what the network gives.
  var stage: String {
    switch self {
    case .classification: "label"
    case .detection, .instanceSegmentation: "detect"
    case .segmentation: "segment"
    case .depth: "depth"
    case .embedding: "embed"
    }
  }
}

extension DescribedTask {
  /// The heads by which its networks may be read.
  var heads: [String] {
    switch self {
    case .classification: ["logits", "probabilities"]
    case .detection, .instanceSegmentation: DetectionHeads.all.map { $0.name }
    case .segmentation: SegmentationHead.allCases.map(\.rawValue)
    case .depth: Depth.Kind.allCases.map(\.rawValue)
    case .embedding: ["vector"]
    }
  }
}
