/// A tensor as the engines' C layers describe it; the layers differ in their numbers of element types.
protocol NativeTensor {
  init()
  // Implicitly unwrapped, as C pointers are imported.
  var data: UnsafeMutableRawPointer! { get set }
  var bytes: Int { get set }
  var element: Int32 { get set }
  var rank: Int32 { get set }
  /// The first `rank` numbers are the extents, -1 where free.
  var shape: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) { get set }

  static func number(of element: ElementType) -> Int32
}

extension NativeTensor {
  /// Shares the tensor's memory; the tensor must outlive this value.
  init(_ tensor: Tensor) {
    self.init()
    data = tensor.bytes.baseAddress
    bytes = tensor.bytes.count
    element = Self.number(of: tensor.element)
    rank = Int32(tensor.shape.count)
    withUnsafeMutableBytes(of: &shape) { bytes in
      let dimensions = bytes.bindMemory(to: Int64.self)
      for (index, extent) in tensor.shape.enumerated() { dimensions[index] = Int64(extent) }
    }
  }

  var elementType: ElementType? {
    ElementType.allCases.first { Self.number(of: $0) == element }
  }

  var extents: [Int] {
    withUnsafeBytes(of: shape) {
      Array($0.bindMemory(to: Int64.self).prefix(max(Int(rank), 0))).map(Int.init)
    }
  }

  /// - Parameter file: the model's file, which states more than engines report.
  func description(named name: String, _ file: ONNXInterface?) -> TensorDescription {
    let port = file?[name]
    let shape = extents.map { $0 >= 0 ? $0 : nil }
    return TensorDescription(
      name: name, element: elementType, shape: shape, symbols: port?.symbols ?? [], typeName: port?.typeName,
      hasRank: rank >= 0 && (port?.hasRank ?? true), maker: file?.maker(of: name))
  }

  /// A run's output, in the library's memory.
  ///
  /// - Throws: `EngineError` for an unsupported type or a size beyond the limits.
  func result(named name: String, _ limits: TensorLimits) throws(EngineError)
    -> (element: ElementType, shape: [Int], bytes: UnsafeMutableRawBufferPointer)
  {
    guard let elementType else { throw .unsupportedType(tensor: name, type: "another type") }
    let extents = extents
    let count = elementType.byteCount(extents)
    try limits.check("output '\(name)'", bytes: count)
    guard let count, data != nil || count == 0 else {
      throw .failed(reason: "output '\(name)' has no memory")
    }
    return (elementType, extents, UnsafeMutableRawBufferPointer(start: data, count: count))
  }
}
