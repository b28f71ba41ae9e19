import TestSupport
import Vision

/// What networks give whose numbers are random: objects with masks or key points, a map of classes, or of depths.
struct RandomOutput {
  let output: any TaskOutput

  /// - Parameters:
  ///   - frame: where the network's input lies in the photograph.
  ///   - number: which of the outputs.
  init(_ frame: InputFrame, number: UInt64) throws {
    var random = SeededGenerator(seed: Int(number))
    func tensor(_ shape: [Int], _ range: ClosedRange<Float>) throws -> Tensor {
      let tensor = try Tensor(shape: shape)
      for place in tensor.data.indices { tensor.data[place] = .random(in: range, using: &random) }
      return tensor
    }
    /// Four numbers of a box, scores, and others, for each of 20 objects.
    func boxes(classes: Int, others: Int = 0) throws -> Tensor {
      let tensor = try tensor([1, 4 + classes + others, 20], -99...999)
      for place in 4 * 20..<(4 + classes) * 20 { tensor.data[place] = .random(in: 0...1, using: &random) }
      return tensor
    }
    func objects(_ head: String, _ tensors: [Tensor]) throws -> Detections {
      let outputs = NetworkOutputs(tensors: tensors, row: 0, frame: frame)
      return try Detections(outputs, head: head) ?? Detections([], width: 0, height: 0)
    }
    switch number % 5 {
    case 0: output = try objects("yolov8", [boxes(classes: 80)])
    case 1: output = try objects("yolov8-pose", [boxes(classes: 1, others: 51)])
    case 2:
      output = try objects("yolov8-segment", [boxes(classes: 3, others: 32), tensor([1, 32, 8, 8], -1...1)])
    case 3:
      // A map of a part of a photograph is refused.
      let whole = CropGeometry(height: 7, width: 9).frame(width: frame.imageWidth, height: frame.imageHeight)
      let logits = NetworkOutputs(tensors: [try tensor([1, 5, 7, 9], -3...3)], row: 0, frame: whole)
      output = try Segmentation(logits: logits)
    default:
      let (width, height) = (frame.imageWidth, frame.imageHeight)
      let range = Float.random(in: -1e30...0, using: &random)...Float.random(in: 0...1e30, using: &random)
      let map = (0..<width * height).map { _ in Float.random(in: range, using: &random) }
      output = Depth(map, width: width, height: height, kind: .relative)
    }
  }
}
