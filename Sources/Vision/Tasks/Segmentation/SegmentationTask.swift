import Basics
import Dataflow
import Foundation

/// Which class each pixel is of.
public enum SegmentationTask: VisionTask {
  /// A map of classes, with their shares.
  public typealias Output = Segmentation
  public static let name = "segmentation"
  public static let stage = StageKind.segment
}

extension Segmentation: TaskOutput {
  public static let portType = PortType(Segmentation.self, name: "segmentation")

  /// The map as a PNG of 8-bit grey, whose values are the classes; `nil` without memory for it.
  public var png: Data? {
    map.withUnsafeBytes { try? PNGEncoder.encode($0, .grey8, width: width, height: height) }
  }

  public func write(to json: inout JSONText, key: String) {
    json.object(key) { json in
      json.value("width", width)
      json.value("height", height)
      json.array("classes") { json in
        for part in classes {
          json.object { json in
            json.value("label", part.label)
            json.value("index", part.index)
            json.value("share", part.share)
          }
        }
      }
      json.value("map", png?.base64EncodedString() ?? "")
    }
  }

  /// Of a PNG that can't be compressed, in base64.
  public var maximumJSONBytes: Int {
    classes.reduce(4096 + (width + 1) * height * 3 / 2) { $0 + 96 + JSONText.maximumBytes(of: $1.label) }
  }

  public var text: [String] { classes.map { "\($0.share.fixed(3))  \($0.label.printable)" } }

  public static func tensors(of type: PortType) -> [OutputTensorDescription] {
    [
      OutputTensorDescription("map", "UINT8", [-1, -1, -1]), OutputTensorDescription("image", "INT64", [-1]),
      OutputTensorDescription("label", "BYTES", [-1]), OutputTensorDescription("index", "INT64", [-1]),
      OutputTensorDescription("share", "FP32", [-1]),
    ]
  }

  /// All maps, and a row for each class of all images; `image` says of which image it is.
  ///
  /// - Throws: `OutputError` for maps of different size.
  public static func tensors(_ outputs: [Segmentation], of type: PortType) throws -> [OutputTensor] {
    let shape = try MapShape.common(outputs.map { ($0.height, $0.width) })
    let rows = outputs.enumerated().flatMap { image, output in output.classes.map { (image, $0) } }
    return [
      OutputTensor(name: "map", shape: shape, contents: .bytes(MapShape.joined(outputs.map(\.map)))),
      OutputTensor(name: "image", shape: [rows.count], contents: .integers(rows.map { Int64($0.0) })),
      OutputTensor(name: "label", shape: [rows.count], contents: .texts(rows.map(\.1.label))),
      OutputTensor(name: "index", shape: [rows.count], contents: .integers(rows.map { Int64($0.1.index) })),
      OutputTensor(name: "share", shape: [rows.count], contents: .floats(rows.map { Float($0.1.share) })),
    ]
  }

  public static func mapBytesPerPixel(of type: PortType) -> Int {
    type.meaning == MapSize.image.rawValue ? 1 : 0
  }

  /// The part of the pixels that are of the same class.
  public func agreement(with reference: Segmentation) -> Double {
    guard width == reference.width, height == reference.height, !map.isEmpty else { return 0 }
    var same = 0
    for place in map.indices where map[place] == reference.map[place] { same += 1 }
    return Double(same) / Double(map.count)
  }
}
