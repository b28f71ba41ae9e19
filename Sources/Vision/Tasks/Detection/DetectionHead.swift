import Dataflow

/// What a network's outputs mean: where in them boxes, scores, key points and masks are.
///
/// A head is a type in `Heads/` and a line in `DetectionHeads.all`.
protocol DetectionHead: Sendable {
  /// As pipelines' files and `describe` call it, such as `yolov8`.
  static var name: String { get }

  /// The score above which its objects count, 0…1, and the overlap above which one excludes another, where the pipeline's file
  /// states none.
  static var defaultScore: Float { get }
  static var defaultOverlap: Double { get }

  /// The head of a network with these outputs; `nil` where they don't have its shapes.
  init?(_ network: HeadNetwork)

  /// Classes that it tells apart; `nil` where the shapes don't say.
  var classes: Int? { get }
  /// Whether classes are counted from 1, because 0 is the background.
  var countsFromOne: Bool { get }
  /// Whether candidates overlap and must be thinned out.
  var needsSuppression: Bool { get }
  var hasKeypoints: Bool { get }
  var hasMasks: Bool { get }

  /// Everything of a score above `threshold`, in pixels of the network's input.
  ///
  /// - Throws: `OutputError` for numbers that are not finite, and for shapes that are not the head's.
  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates

  /// Key points of a candidate, in pixels of the input.
  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point]

  /// The mask of a candidate in the photograph, within its box there.
  ///
  /// - Throws: `OutputError` for numbers that are not finite.
  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) throws -> RunLengthMask?
}

extension DetectionHead {
  static var defaultScore: Float { 0.25 }
  static var defaultOverlap: Double { 0.45 }
  var countsFromOne: Bool { false }
  var needsSuppression: Bool { true }
  var hasKeypoints: Bool { false }
  var hasMasks: Bool { false }
  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point] { [] }
  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) throws -> RunLengthMask? { nil }
}

/// The heads of networks that find objects.
enum DetectionHeads {
  static let all: [any DetectionHead.Type] = [
    YOLOv8Head.self, YOLOv8SegmentHead.self, YOLOv8PoseHead.self, YOLOv5Head.self, YOLOv5SegmentHead.self,
    YOLOEndToEndHead.self, YOLOEndToEndSegmentHead.self, YOLOEndToEndPoseHead.self,
    UltralyticsRTDETRHead.self,
    UltralyticsRTDETRRawHead.self, DETRHead.self, RTDETRHead.self, RTDETRDecodedHead.self,
    TorchvisionHead.self,
    SSDHead.self, SSDSortedHead.self, SSDRawHead.self, YuNetHead.self,
  ]

  /// Those whose shapes a network has.
  static func fitting(_ network: HeadNetwork) -> [any DetectionHead] { all.compactMap { $0.init(network) } }

  static func named(_ name: String) -> (any DetectionHead.Type)? { all.first { $0.name == name } }
}
