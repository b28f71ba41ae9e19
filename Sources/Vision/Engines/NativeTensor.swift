/// A tensor as the C layers of the engines describe it; they differ in the numbers of the element types.
protocol NativeTensor {
  init()
  // As C pointers are imported.
  var data: UnsafeMutableRawPointer! { get set }
  var element: Int32 { get set }
  var rank: Int32 { get set }
  /// The first `rank` are the extents, -1 where free.
  var shape: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) { get set }

  static func number(of element: ElementType) -> Int32
}

extension NativeTensor {
  /// The same memory; the tensor must outlive this.
  init(_ tensor: Tensor) {
    self.init()
    data = tensor.bytes.baseAddress
    element = Self.number(of: tensor.element)
    rank = Int32(tensor.shape.count)
    withUnsafeMutableBytes(of: &shape) { bytes in
      let dimensions = bytes.bindMemory(to: Int64.self)
      for (index, extent) in tensor.shape.enumerated() { dimensions[index] = Int64(extent) }
    }
  }

  private var elementType: ElementType? {
    ElementType.allCases.first { Self.number(of: $0) == element }
  }

  private var extents: [Int] {
    withUnsafeBytes(of: shape) { Array($0.bindMemory(to: Int64.self).prefix(Int(rank))).map(Int.init) }
  }

  func description(named name: String) -> TensorDescription {
    TensorDescription(name: name, element: elementType, shape: extents.map { $0 >= 0 ? $0 : nil })
  }

  /// A copy of an output that the library has allocated.
  func copy(named name: String) throws(EngineError) -> Tensor {
    guard let elementType else { throw .unsupportedType(tensor: name) }
    let tensor = Tensor(elementType, shape: extents)
    if let data {
      tensor.bytes.copyMemory(from: UnsafeRawBufferPointer(start: data, count: tensor.bytes.count))
    }
    return tensor
  }
}
