import Dataflow

/// What a network's outputs mean: where in them boxes, scores, key points and masks are.
///
/// A head is a type in `Heads/` and a line in `DetectionHeads.all`.
protocol DetectionHead: Sendable {
  /// As pipelines' files and `describe` call it, such as `yolov8`.
  static var name: String { get }

  /// The head of a network with these outputs; `nil` where they don't have its shapes.
  init?(_ network: HeadNetwork)

  /// Classes that it tells apart; `nil` where the shapes don't say.
  var classes: Int? { get }
  /// Whether candidates overlap and must be thinned out.
  var needsSuppression: Bool { get }
  var hasKeypoints: Bool { get }
  var hasMasks: Bool { get }

  /// Everything of a score from `threshold` on, in pixels of the network's input.
  ///
  /// - Throws: `HeadError` for scores that are not finite.
  func candidates(_ outputs: NetworkOutputs, from threshold: Float) throws -> Candidates

  /// Key points of a candidate, in pixels of the input.
  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point]

  /// The mask of a candidate in the photograph, within its box there.
  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) -> RunLengthMask?
}

extension DetectionHead {
  var needsSuppression: Bool { true }
  var hasKeypoints: Bool { false }
  var hasMasks: Bool { false }
  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point] { [] }
  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) -> RunLengthMask? { nil }
}

/// What is known of a network when its head is looked for.
struct HeadNetwork: Sendable {
  /// Of one item.
  var outputs: [TensorDescription]
  /// The network's input, pixels; `nil` where it is free.
  var height: Int?
  var width: Int?
  /// Names of classes that are known; 0 if none are.
  var labels = 0
  /// What its exporter says of its task, such as `pose`.
  var task: String?
}

/// The heads of networks that find objects.
enum DetectionHeads {
  static let all: [any DetectionHead.Type] = [
    YOLOv8Head.self, YOLOv5Head.self, YOLOEndToEndHead.self,
  ]

  /// Those whose shapes a network has.
  static func fitting(_ network: HeadNetwork) -> [any DetectionHead] { all.compactMap { $0.init(network) } }

  static func named(_ name: String) -> (any DetectionHead.Type)? { all.first { $0.name == name } }
}

/// A head gave what can't be used.
public struct HeadError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  /// Numbers that mean nothing.
  static func notFinite(_ tensor: String) -> HeadError {
    HeadError(
      "numbers of the network's output '\(tensor)' are not finite; check the model, and the pipeline's 'mean' and 'standard_deviation'"
    )
  }
}
