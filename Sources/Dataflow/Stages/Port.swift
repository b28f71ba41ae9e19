import Basics

/// The type of a port's values: a Swift type and, for tensors and images, a shape.
///
/// Two port types fit if the Swift type is the same and the shapes agree in every dimension that both state.
public struct PortType: Sendable, CustomStringConvertible {
  /// The name shown to users, such as `float32 tensor`.
  public let name: String
  /// The extent of each dimension, `nil` if free; empty for a value without a shape.
  public let shape: [Int?]
  /// The names of free extents; those with equal names are equal. Empty, or one for each dimension.
  public let symbols: [String?]
  /// The meaning of the numbers, such as `probabilities`. It doesn't affect the fit.
  public let meaning: String?
  /// What a value is made of, such as a network's outputs, for a stage that asks. Whether types fit doesn't depend on it.
  public let parts: [Port]
  private let swiftType: ObjectIdentifier

  public init<Value>(
    _ type: Value.Type, name: String? = nil, shape: [Int?] = [], symbols: [String?] = [],
    meaning: String? = nil, parts: [Port] = []
  ) {
    self.parts = parts
    self.name = name ?? String(describing: type)
    self.shape = shape
    self.symbols = symbols
    self.meaning = meaning
    self.swiftType = ObjectIdentifier(type)
  }

  /// Whether a value of this type can be passed to a port of the `other` type.
  public func fits(_ other: PortType) -> Bool {
    guard swiftType == other.swiftType, name == other.name else { return false }
    if shape.isEmpty || other.shape.isEmpty { return true }
    guard shape.count == other.shape.count else { return false }
    return zip(shape, other.shape).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  public var description: String {
    guard !shape.isEmpty else { return name }
    return "\(name) [\(shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
  }
}

/// A named, typed place where tokens enter or leave a stage, at a rate.
public struct Port: Sendable {
  public let name: String
  public let type: PortType
  public let rate: Rate

  public init(_ name: String, _ type: PortType, rate: Rate = .fixed(1)) {
    self.name = name
    self.type = type
    self.rate = rate
  }
}
