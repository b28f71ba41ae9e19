import Vision

/// A tensor of a request whose numbers are not read yet: which they should be is known only once all of its keys
/// are, in whatever order.
struct RequestTensor {
  let name: String
  private let datatype: String
  private let shape: [Int]
  /// A reader that stands before the numbers.
  private let data: JSONReader

  /// Reads `{"name":…,"shape":[…],"datatype":…,"data":[…]}`, and passes over the numbers.
  init(_ reader: inout JSONReader) throws {
    var name: String?
    var datatype: String?
    var shape: [Int]?
    var data: JSONReader?
    try reader.object { reader, key in
      switch key {
      case "name": name = try reader.string()
      case "datatype": datatype = try reader.string()
      case "shape": shape = try Self.shape(&reader)
      case "data":
        data = reader
        try reader.skip()
      default: try reader.skip()
      }
    }
    guard let name else { throw InferenceRequestError.malformed("an input has no 'name'") }
    guard let datatype else { throw InferenceRequestError.malformed("input '\(name)' has no 'datatype'") }
    guard let shape else { throw InferenceRequestError.malformed("input '\(name)' has no 'shape'") }
    guard let data else { throw InferenceRequestError.malformed("input '\(name)' has no 'data'") }
    self.name = name
    self.datatype = datatype
    self.shape = shape
    self.data = data
  }

  private static func shape(_ reader: inout JSONReader) throws -> [Int] {
    var shape: [Int] = []
    try reader.array { reader in
      guard let extent = try reader.integer(), extent > 0, extent <= Int32.max, shape.count < 8 else {
        throw reader.error("a shape has up to 8 whole numbers above 0")
      }
      shape.append(Int(extent))
    }
    return shape
  }

  /// Reads the numbers for an input.
  func tensor(for input: TensorDescription, _ limits: TensorLimits) throws -> Tensor {
    guard datatype == input.element?.datatype, let element = input.element, fits(input.shape) else {
      throw InferenceRequestError.unfit(
        "input '\(name)' takes \(input.expectation), not \(datatype) of shape \(shape)")
    }
    guard input.shape.first != .some(nil) || (shape.first ?? 1) <= limits.maximumBatch else {
      throw InferenceRequestError.unfit(
        "input '\(name)' has a batch of \(shape.first ?? 1); the limit is \(limits.maximumBatch)")
    }
    // Without overflow: the extents are below 2³¹, and so is the product before each step.
    var count = 1
    for extent in shape {
      count *= extent
      guard count <= limits.maximumNumbers else {
        throw InferenceRequestError.unfit(
          "input '\(name)' has more than \(limits.maximumNumbers) numbers, which is the limit")
      }
    }
    let tensor = Tensor(element, shape: shape)
    var numbers = RequestNumbers(of: name, shape: shape, data)
    switch element {
    case .float32: try numbers.read(into: tensor.data) { try $0.float() }
    case .int64: try numbers.read(into: tensor.integers) { try $0.integer() }
    case .uint8, .int32, .float16: throw InferenceRequestError.unfit("\(datatype) is not supported")
    }
    return tensor
  }

  private func fits(_ expected: [Int?]) -> Bool {
    expected.count == shape.count && zip(expected, shape).allSatisfy { $0 == nil || $0 == $1 }
  }
}
