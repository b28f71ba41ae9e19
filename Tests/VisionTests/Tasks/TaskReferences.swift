import Basics
import Dataflow
import Foundation
import Testing

@testable import Vision

/// What the authors of networks make of photographs and outputs, as `Scripts/record-tasks` recorded it.
struct TaskReferences: Decodable {
  struct Array: Decodable {
    let name: String?
    let file: String
    let type: String
    let shape: [Int]
  }

  struct Settings: Decodable {
    let score: Float
    let iou: Double
    let classWise: Bool
    let maximum: Int
  }

  struct Mask: Decodable {
    let size: [Int]
    let counts: [Int]
    let rle: String
  }

  struct Object: Decodable {
    let index: Int
    let score: Float
    let box: [Float]
    let keypoints: [[Float]]?
    let mask: Mask?
  }

  struct Decoding: Decodable, Sendable, CustomTestStringConvertible {
    let name, head, fit: String
    let outputs: [Array]
    let input, image: [Int]
    let settings: Settings
    let classes: Int?
    let kptShape: [Int]?
    let expected: [Object]
    var testDescription: String { name }
  }

  struct Map: Decodable, Sendable, CustomTestStringConvertible {
    let name, kind, layout: String
    let output: Array
    let image: [Int]
    let fit: String?
    let expected, bilinear, bicubic: Array?
    var testDescription: String { name }
  }

  struct Rule: Decodable {
    let fit, filter, channels: String
    let size: [Int]?
    let shortSide: Int?
    let antialias: Bool
    let mean, std: [Float]
    let pad: [Int]?
  }

  struct Class: Decodable {
    let index: Int
    let share: Double
  }

  struct Answer: Decodable, Sendable, CustomTestStringConvertible {
    let model, image, task: String
    let rule: Rule
    let settings: Settings
    let detections: [Object]?
    let classes: [Class]?
    let map: Array?
    let vector: [Float]?
    var testDescription: String { "\(model) \(image)" }
  }

  let decoding: [Decoding]
  let maps: [Map]
  let answers: [Answer]

  /// - Throws: `TestImages.Missing` before set-up.
  static func load() throws -> TaskReferences {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(TaskReferences.self, from: TestImages.data("tasks/manifest.json"))
  }
}

extension TaskReferences.Array {
  var data: Data { get throws { try TestImages.data("tasks/\(file)") } }

  /// As a network gives it: floats as float32.
  var tensor: Tensor {
    get throws {
      let element: ElementType = ["uint8": .uint8, "int64": .int64][type] ?? .float32
      let tensor = try Tensor(element, shape: shape)
      _ = try data.copyBytes(to: tensor.bytes)
      return tensor
    }
  }

  var floats: [Float] {
    get throws { try data.withUnsafeBytes { Swift.Array($0.bindMemory(to: Float.self)) } }
  }
}

extension InputFrame {
  /// Where a photograph lies in an input, sides as [height, width].
  init(_ fit: String?, image: [Int], input: [Int]) {
    let geometry = CropGeometry(
      height: input[0], width: input[1],
      fit == "letterbox" ? .letterbox(colour: [114, 114, 114], isCentred: true) : .stretch)
    self = geometry.frame(width: image[1], height: image[0])
  }
}

extension NetworkOutputs {
  /// Of tensors with a batch of one.
  init(_ tensors: [Tensor], _ frame: InputFrame) { self.init(tensors: tensors, row: 0, frame: frame) }

  func descriptions(_ names: [String]) -> [TensorDescription] {
    zip(names, tensors).map { name, tensor in
      TensorDescription(name: name, element: tensor.element, shape: tensor.shape.dropFirst().map { $0 })
    }
  }
}

extension RunLengthMask {
  /// Pixels that belong to one of two masks alone.
  func difference(_ counts: [Int]) -> Int {
    func edges(_ counts: [Int]) -> [Int] {
      var sum = 0
      return counts.map { count in
        sum += count
        return sum
      }
    }
    let all = (edges(self.counts) + edges(counts)).sorted()
    // Between an odd edge and the next, the masks differ.
    return stride(from: 0, to: all.count - 1, by: 2).reduce(0) { $0 + all[$1 + 1] - all[$1] }
  }
}
