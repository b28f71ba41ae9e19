/// An element type of tensors.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case float32, float64, float16
  case uint8, uint16, uint32, uint64
  case int8, int16, int32, int64
  /// One byte per element, 0 or 1.
  case bool

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .float16, .uint16, .int16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether the type has infinities and NaN.
  public var isFloating: Bool { [.float16, .float32, .float64].contains(self) }

  /// Bytes of a tensor of this shape; `nil` for an invalid shape, or a size beyond `Int`.
  public func byteCount(_ shape: [Int]) -> Int? {
    var bytes = size
    var isEmpty = false
    for extent in shape {
      guard extent >= 0 else { return nil }
      // An extent of 0 makes the tensor empty, whatever the others are.
      isEmpty = isEmpty || extent == 0
      let (product, isTooLarge) = bytes.multipliedReportingOverflow(by: max(extent, 1))
      guard !isTooLarge else { return nil }
      bytes = product
    }
    return isEmpty ? 0 : bytes
  }
}

extension ElementType {
  /// The datatype's name in the Open Inference Protocol.
  package var datatype: String {
    switch self {
    case .float16: "FP16"
    case .float32: "FP32"
    case .float64: "FP64"
    case .uint8: "UINT8"
    case .uint16: "UINT16"
    case .uint32: "UINT32"
    case .uint64: "UINT64"
    case .int8: "INT8"
    case .int16: "INT16"
    case .int32: "INT32"
    case .int64: "INT64"
    case .bool: "BOOL"
    }
  }
}
