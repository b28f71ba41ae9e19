import Dataflow

/// An operation of an ONNX graph, as far as its cost depends on it.
struct ONNXNode {
  let operation: String
  let inputs: [String]
  let output: String
  private var attributes: [String: [Int]] = [:]

  /// - Parameter bytes: a `NodeProto`.
  init(_ bytes: UnsafeRawBufferPointer) {
    let reader = ProtobufReader(bytes)
    operation = reader.text(4) ?? ""
    inputs = reader.all(1).map { String(decoding: $0, as: UTF8.self) }
    output = reader.text(2) ?? ""
    for attribute in reader.all(5).map(ProtobufReader.init) {
      attributes[attribute.text(1) ?? ""] = attribute.numbers(3) + attribute.numbers(8)
    }
  }

  func integer(_ name: String, else other: Int) -> Int { attributes[name]?.first ?? other }
  func integers(_ name: String) -> [Int]? { attributes[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Extents of what a window that moves over an image gives; `nil` if its attributes make no sense.
  func windowed(_ image: ArraySlice<Int>, kernel: ArraySlice<Int>) -> [Int]? {
    let (count, small) = (image.count, 1...1 << 16)
    let strides = integers("strides") ?? Array(repeating: 1, count: count)
    let dilations = integers("dilations") ?? Array(repeating: 1, count: count)
    let pads = integers("pads") ?? Array(repeating: 0, count: 2 * count)
    guard kernel.count == count, strides.count == count, dilations.count == count, pads.count == 2 * count,
      (strides + dilations + kernel).allSatisfy(small.contains), pads.allSatisfy((0...1 << 16).contains)
    else { return nil }
    // `auto_pad: SAME_UPPER` is text and not read as a number; without pads it is what they would be.
    let isSame = integers("pads") == nil && attributes["auto_pad"] != nil
    return zip(zip(image, kernel), zip(strides, dilations)).enumerated().map { axis, extents in
      let ((extent, kernel), (stride, dilation)) = extents
      if isSame { return (extent + stride - 1) / stride }
      let room = extent + pads[axis] + pads[axis + count] - dilation * (kernel - 1) - 1
      return max(room / stride + 1, 1)
    }
  }
}
