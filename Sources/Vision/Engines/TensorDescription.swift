/// The numbers that tensors are made of.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case float32, uint8, int32, int64, float16

  /// Bytes of one.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .float16: 2
    case .float32, .int32: 4
    case .int64: 8
    }
  }
}

/// A tensor as a model declares it.
public struct TensorDescription: Sendable, Hashable, CustomStringConvertible {
  public let name: String
  /// `nil` for a type that Drivetrain doesn't handle.
  public let element: ElementType?
  /// The extent of each dimension, `nil` where it is free.
  public let shape: [Int?]

  public init(name: String, element: ElementType?, shape: [Int?]) {
    self.name = name
    self.element = element
    self.shape = shape
  }

  /// The shape with `batch` as its first dimension, where everything else is known.
  public func shape(batch: Int) -> [Int]? {
    let rest = shape.dropFirst().compactMap { $0 }
    guard !shape.isEmpty, rest.count == shape.count - 1 else { return nil }
    return [batch] + rest
  }

  public var description: String {
    "\(element?.rawValue ?? "unsupported") [\(shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
  }
}
