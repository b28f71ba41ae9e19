import Foundation

/// A dense array of one element type, the last dimension fastest.
///
/// Sendable: a tensor is written by the stage that holds it and read by those after it, never at the same
/// time; the runtime's edges hand it over. Its memory lives as long as the tensor.
public final class Tensor: @unchecked Sendable {
  public let element: ElementType
  public let shape: [Int]
  /// The elements; valid while the tensor lives.
  public let bytes: UnsafeMutableRawBufferPointer
  private let memory: Memory

  /// The owner of the bytes.
  enum Memory {
    case own
    case pooled(TensorPool)
    /// Valid as long as an object lives.
    case lent(AnyObject)
  }

  /// 64 bytes: a cache line, and the widest vector.
  private static let alignment = 64

  /// Allocates uninitialised numbers; the caller writes all of them.
  ///
  /// - Throws: `EngineError.outOfMemory`, `.tooLarge`.
  public convenience init(_ element: ElementType = .float32, shape: [Int]) throws(EngineError) {
    self.init(element, shape: shape, bytes: try Self.allocate(element, shape), .own)
  }

  init(_ element: ElementType, shape: [Int], bytes: UnsafeMutableRawBufferPointer, _ memory: Memory) {
    self.element = element
    self.shape = shape
    self.bytes = bytes
    self.memory = memory
  }

  deinit {
    switch memory {
    case .own: free(bytes.baseAddress)
    case .pooled(let pool): pool.takeBack(bytes)
    case .lent: break
    }
  }

  static func allocate(
    _ element: ElementType, _ shape: [Int]
  ) throws(EngineError) -> UnsafeMutableRawBufferPointer {
    guard let count = element.byteCount(shape) else {
      throw .tooLarge(
        tensor: "a tensor of shape \(shape)", bytes: nil, limit: .max, option: TensorLimits.bytesOption)
    }
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, alignment, max(count, 1)) == 0, let memory else {
      throw .outOfMemory(bytes: count)
    }
    return UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  /// The numbers of a float32 tensor.
  public var data: UnsafeMutableBufferPointer<Float> {
    precondition(element == .float32, "a tensor of another type has no floats")
    return bytes.bindMemory(to: Float.self)
  }

  /// The numbers of an int64 tensor.
  public var integers: UnsafeMutableBufferPointer<Int64> {
    precondition(element == .int64, "a tensor of another type has no integers")
    return bytes.bindMemory(to: Int64.self)
  }

  /// The numbers of one element of a float32 batch, along the first dimension.
  public func slot(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    let data = data
    let size = data.count / max(shape.first ?? 1, 1)
    return UnsafeMutableBufferPointer(rebasing: data[(index * size)..<((index + 1) * size)])
  }

  /// The same as bytes, for a batch of any type.
  public func slotBytes(_ index: Int) -> UnsafeMutableRawBufferPointer {
    let size = bytes.count / max(shape.first ?? 1, 1)
    return UnsafeMutableRawBufferPointer(rebasing: bytes[(index * size)..<((index + 1) * size)])
  }
}

extension Tensor {
  /// Zeros for an input, a batch of one; `nil` where its shape leaves the number open or its type is
  /// unsupported.
  ///
  /// - Throws: `EngineError` if they are too large.
  public static func zeros(
    for input: TensorDescription, _ limits: TensorLimits = TensorLimits()
  ) throws(EngineError) -> Tensor? {
    let first = input.shape.first.map { $0 ?? 1 }
    let shape = first.map { input.shape(batch: $0) } ?? (input.hasRank ? [] : nil)
    guard let element = input.element, let shape else { return nil }
    try limits.check("input '\(input.name)'", bytes: element.byteCount(shape))
    let tensor = try Tensor(element, shape: shape)
    tensor.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    return tensor
  }

  /// Zeros for all inputs of a model; `nil` where a shape leaves the number open.
  public static func zeros(
    for inputs: [TensorDescription], _ limits: TensorLimits = TensorLimits()
  ) throws(EngineError) -> [Tensor]? {
    var tensors: [Tensor] = []
    for input in inputs {
      guard let tensor = try zeros(for: input, limits) else { return nil }
      tensors.append(tensor)
    }
    return tensors
  }

  /// Some elements of a batch.
  convenience init(_ batch: Tensor, elements: [Int]) throws(EngineError) {
    try self.init(batch.element, shape: [elements.count] + batch.shape.dropFirst())
    for (index, element) in elements.enumerated() {
      slotBytes(index).copyMemory(from: UnsafeRawBufferPointer(batch.slotBytes(element)))
    }
  }
}
