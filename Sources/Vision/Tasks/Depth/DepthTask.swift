import Basics
import Dataflow
import Foundation

/// How far away each pixel is.
public enum DepthTask: VisionTask {
  /// A map of numbers.
  public typealias Output = Depth
  public static let name = "depth"
  public static let stage = StageKind.depth
  /// Measured: a third of the pixels of some photographs would differ by more than 1 %.
  public static let allowsReducedDecoding = false
}

extension Depth: TaskOutput {
  public static let portType = PortType(Depth.self, name: "depth")

  /// `map` is `png`; a pixel of value p has the depth `minimum + p · scale`.
  public func write(to json: inout JSONText, key: String) {
    json.object(key) { json in
      json.value("kind", kind.rawValue)
      json.value("minimum", minimum)
      json.value("maximum", maximum)
      json.value("median", median)
      json.value("map", png?.base64EncodedString() ?? "")
      json.value("scale", scale)
    }
  }

  /// Of a PNG that can't be compressed, in base64.
  public var maximumJSONBytes: Int { 4096 + (2 * width + 1) * height * 3 / 2 }

  public var text: [String] {
    let unit = kind == .metric ? " m" : ""
    return [("minimum", minimum), ("median", median), ("maximum", maximum)].map { name, number in
      "\(Double(number).fixed(3))\(unit)  \(name)"
    }
  }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    [OutputTensorDescription("depth", "FP32", [-1, -1, -1])]
  }

  /// All maps.
  ///
  /// - Throws: `OutputError` for maps of different size.
  public static func tensors(_ outputs: [Depth], of type: PortType) throws -> [OutputTensor] {
    let shape = try MapShape.common(outputs.map { ($0.height, $0.width) })
    return [OutputTensor(name: "depth", shape: shape, contents: .floats(MapShape.joined(outputs.map(\.map))))]
  }

  public static func mapBytesPerPixel(of type: PortType) -> Int {
    type.meaning == MapSize.image.rawValue ? 4 : 0
  }

  /// The part of the pixels whose depth differs by at most 1 %.
  public func agreement(with reference: Depth) -> Double {
    guard width == reference.width, height == reference.height, !map.isEmpty else { return 0 }
    var near = 0
    for place in map.indices where abs(map[place] - reference.map[place]) <= 0.01 * abs(reference.map[place])
    {
      near += 1
    }
    return Double(near) / Double(map.count)
  }
}
