import Basics
import Dataflow

/// What an image is like, as a vector.
public enum EmbeddingTask: VisionTask {
  /// A vector.
  public typealias Output = Embedding
  public static let name = "embedding"
  public static let stage = StageKind.embed
}

extension Embedding: TaskOutput {
  public static let portType = PortType(Embedding.self, name: "embedding")

  public func write(to json: inout JSONText, key: String) {
    json.object(key) { json in
      json.array("vector") { json in for number in vector { json.value(nil, number) } }
    }
  }

  public var maximumJSONBytes: Int { 64 + vector.count * JSONText.floatBytes }

  public var text: [String] {
    let first = vector.prefix(6).map { Double($0).fixed(3) }.joined(separator: " ")
    return ["\(vector.count.counted("number")): \(first)\(vector.count > 6 ? " …" : "")"]
  }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    [OutputTensorDescription("vector", "FP32", [-1, -1])]
  }

  /// A row for each image.
  ///
  /// - Throws: `OutputError` for vectors of different length.
  public static func tensors(_ outputs: [Embedding], of type: PortType) throws -> [OutputTensor] {
    let length = outputs.first?.vector.count ?? 0
    guard outputs.allSatisfy({ $0.vector.count == length }) else {
      throw OutputError("the vectors of these images differ in length; send the images one by one")
    }
    return [
      OutputTensor(
        name: "vector", shape: [outputs.count, length], contents: .floats(outputs.flatMap(\.vector)))
    ]
  }

  /// Whether the directions are nearly the same: a cosine of at least 0.99.
  public func agreement(with reference: Embedding) -> Double {
    vector == reference.vector || cosine(reference) >= 0.99 ? 1 : 0
  }
}
