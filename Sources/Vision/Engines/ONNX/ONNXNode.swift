import Basics
import Dataflow

/// A node of an ONNX graph, with the properties that its cost depends on.
struct ONNXNode {
  private(set) var operation = ""
  private(set) var inputs: [String] = []
  private(set) var outputs: [String] = []
  private var attributes: [String: [Int]] = [:]

  /// - Parameter reader: of a `NodeProto`.
  init(_ reader: ProtobufReader) throws {
    var reader = reader
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try field.text())
      case 2: outputs.append(try field.text())
      case 4: operation = try field.text()
      case 5:
        let (name, integers) = try Self.attribute(field.message())
        attributes[name] = integers
      default: break
      }
    }
  }

  /// An `AttributeProto`'s name and integers.
  private static func attribute(_ reader: ProtobufReader) throws -> (name: String, integers: [Int]) {
    var reader = reader
    var (name, integers) = ("", [Int]())
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text()
      case 3, 8: try field.forEachInteger { integers.append(Int(truncatingIfNeeded: $0)) }
      default: break
      }
    }
    return (name, integers)
  }

  var output: String { outputs.first ?? "" }

  func integer(_ name: String, else other: Int) -> Int { attributes[name]?.first ?? other }
  func integers(_ name: String) -> [Int]? { attributes[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// The output's extents for a window that moves over an image; `nil` for impossible attributes.
  func windowed(_ image: ArraySlice<Int>, kernel: ArraySlice<Int>) -> [Int]? {
    let (count, small) = (image.count, 1...1 << 16)
    let strides = integers("strides") ?? Array(repeating: 1, count: count)
    let dilations = integers("dilations") ?? Array(repeating: 1, count: count)
    let pads = integers("pads") ?? Array(repeating: 0, count: 2 * count)
    guard kernel.count == count, strides.count == count, dilations.count == count, pads.count == 2 * count,
      (strides + dilations + kernel).allSatisfy(small.contains), pads.allSatisfy((0...1 << 16).contains)
    else { return nil }
    // `auto_pad: SAME_UPPER` is text, so its value is not read; without pads it is assumed.
    let isSame = integers("pads") == nil && attributes["auto_pad"] != nil
    return zip(zip(image, kernel), zip(strides, dilations)).enumerated().map { axis, extents in
      let ((extent, kernel), (stride, dilation)) = extents
      if isSame { return (extent + stride - 1) / stride }
      let room = extent + pads[axis] + pads[axis + count] - dilation * (kernel - 1) - 1
      return max(room / stride + 1, 1)
    }
  }
}
