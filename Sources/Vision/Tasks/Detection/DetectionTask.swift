import Basics
import Dataflow

/// Where which objects are.
public enum DetectionTask: VisionTask {
  /// Boxes, and what their heads give beside them.
  public typealias Output = Detections
  public static let name = "detection"
  public static let stage = StageKind.detect
}

extension Detections: TaskOutput {
  public static let portType = PortType(Detections.self, name: "detections")

  /// The same of a head that gives more than boxes.
  static func portType(hasKeypoints: Bool, hasMasks: Bool) -> PortType {
    let extras = [hasKeypoints ? "keypoints" : nil, hasMasks ? "masks" : nil].compactMap { $0 }
    return PortType(Detections.self, name: portType.name, meaning: extras.joined(separator: " and "))
  }

  public func write(to json: inout JSONText, key: String) {
    json.array(key) { json in for object in objects { json.object { object.write(to: &$0) } } }
  }

  public var maximumJSONBytes: Int {
    objects.reduce(64) { sum, object in
      let runs = (object.mask?.counts.count ?? 0) * 8
      return sum + 256 + JSONText.maximumBytes(of: object.label) + 40 * (object.keypoints?.count ?? 0) + runs
    }
  }

  public var text: [String] {
    guard !objects.isEmpty else { return ["nothing"] }
    return objects.map { object in
      let box = object.box
      let edges = [box.x1, box.y1, box.x2, box.y2].map { Double($0).fixed(0) }.joined(separator: " ")
      return "\(Double(object.score).fixed(3))  \(object.label.printable)  \(edges)"
    }
  }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    var tensors = [
      OutputTensorDescription("image", "INT64", [-1]), OutputTensorDescription("label", "BYTES", [-1]),
      OutputTensorDescription("index", "INT64", [-1]), OutputTensorDescription("score", "FP32", [-1]),
      OutputTensorDescription("box", "FP32", [-1, 4]),
    ]
    let extras = type.meaning ?? ""
    if extras.contains("keypoints") {
      tensors.append(OutputTensorDescription("keypoints", "FP32", [-1, -1, 2]))
    }
    if extras.contains("masks") { tensors.append(OutputTensorDescription("mask", "BYTES", [-1])) }
    return tensors
  }

  /// A row for each object of all images; `image` says of which image it is.
  public static func tensors(_ outputs: [Detections], of type: PortType) -> [OutputTensor] {
    let objects = outputs.flatMap(\.objects)
    let count = objects.count
    let points = objects.first?.keypoints?.count ?? 0
    return tensors(of: type).map { tensor in
      let contents: OutputTensor.Contents
      var shape = [count]
      switch tensor.name {
      case "image":
        contents = .integers(
          outputs.enumerated().flatMap { image, output in output.objects.map { _ in Int64(image) } })
      case "label": contents = .texts(objects.map(\.label))
      case "index": contents = .integers(objects.map { Int64($0.index) })
      case "score": contents = .floats(objects.map(\.score))
      case "box":
        contents = .floats(objects.flatMap { [$0.box.x1, $0.box.y1, $0.box.x2, $0.box.y2] })
        shape.append(4)
      case "keypoints":
        contents = .floats(objects.flatMap { ($0.keypoints ?? []).flatMap { [$0.x, $0.y] } })
        shape += [points, 2]
      default: contents = .texts(objects.map { $0.mask?.compressed ?? "" })
      }
      return OutputTensor(name: tensor.name, shape: shape, contents: contents)
    }
  }

  /// The part of the objects that have one of the same class in the other, with an overlap of 0.9.
  public func agreement(with reference: Detections) -> Double {
    let most = max(objects.count, reference.objects.count)
    guard most > 0 else { return 1 }
    var left = objects
    let matched = reference.objects.count { wanted in
      let index = left.firstIndex { $0.index == wanted.index && $0.box.overlap(wanted.box) >= 0.9 }
      guard let index else { return false }
      left.remove(at: index)
      return true
    }
    return Double(matched) / Double(most)
  }
}

extension Detection {
  /// Writes the members of the object.
  func write(to json: inout JSONText) {
    json.value("label", label)
    json.value("index", index)
    json.value("score", score)
    json.array("box") { json in for edge in [box.x1, box.y1, box.x2, box.y2] { json.value(nil, edge) } }
    if let keypoints {
      json.array("keypoints") { json in
        for point in keypoints {
          json.array { json in
            json.value(nil, point.x)
            json.value(nil, point.y)
          }
        }
      }
    }
    guard let mask else { return }
    json.object("mask") { json in
      json.array("size") { json in
        json.value(nil, mask.height)
        json.value(nil, mask.width)
      }
      json.value("counts", mask.compressed)
    }
  }
}
