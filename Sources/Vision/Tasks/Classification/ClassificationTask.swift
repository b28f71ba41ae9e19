import Basics
import Dataflow

/// What an image shows, as a whole.
public enum ClassificationTask: VisionTask {
  /// The likeliest classes.
  public typealias Output = Classification
  public static let name = "classification"
  public static let stage = StageKind.label
}

extension Classification: TaskOutput {
  public static let portType = PortType(Classification.self, name: "classification")

  public func write(to json: inout JSONText, key: String) {
    json.array(key) { json in
      for label in labels {
        json.object { json in
          json.value("label", label.label)
          json.value("index", label.index)
          json.value("score", label.score)
        }
      }
    }
  }

  public var maximumJSONBytes: Int { labels.reduce(64) { $0 + 96 + JSONText.maximumBytes(of: $1.label) } }

  public var text: [String] { labels.map { "\(Double($0.score).fixed(3))  \($0.label.printable)" } }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    [
      OutputTensorDescription("label", "BYTES", [-1, -1]),
      OutputTensorDescription("index", "INT64", [-1, -1]),
      OutputTensorDescription("score", "FP32", [-1, -1]),
    ]
  }

  /// A row for each image. Images with fewer classes are filled up with empty texts and −1.
  public static func tensors(_ outputs: [Classification], of type: PortType) -> [OutputTensor] {
    let width = outputs.map(\.labels.count).max() ?? 0
    let shape = [outputs.count, width]
    func rows<Value>(_ value: (Label) -> Value, else filler: Value) -> [Value] {
      outputs.flatMap { output in
        (0..<width).map { $0 < output.labels.count ? value(output.labels[$0]) : filler }
      }
    }
    return [
      OutputTensor(name: "label", shape: shape, contents: .texts(rows(\.label, else: ""))),
      OutputTensor(name: "index", shape: shape, contents: .integers(rows({ Int64($0.index) }, else: -1))),
      OutputTensor(name: "score", shape: shape, contents: .floats(rows(\.score, else: -1))),
    ]
  }

  /// Whether the likeliest class is the same.
  public func agreement(with reference: Classification) -> Double {
    labels.first?.index == reference.labels.first?.index ? 1 : 0
  }
}
