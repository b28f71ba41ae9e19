import Basics

/// What kind of value travels through a port: a Swift type and, for tensors and images, a shape.
///
/// Two port types fit when the Swift type is the same and the shapes agree in every dimension that both state.
public struct PortType: Sendable, CustomStringConvertible {
  /// The name shown to users, such as `float32 tensor`.
  public let name: String
  /// The extent of each dimension, `nil` where it is free; empty when the value has no shape.
  public let shape: [Int?]
  /// What free extents are called, so that those of one name are equal; empty, or one for each.
  public let symbols: [String?]
  /// What the numbers stand for, such as `probabilities`, for a stage that asks. Whether types fit doesn't depend on it.
  public let meaning: String?
  private let swiftType: ObjectIdentifier

  public init<Value>(
    _ type: Value.Type, name: String? = nil, shape: [Int?] = [], symbols: [String?] = [],
    meaning: String? = nil
  ) {
    self.name = name ?? String(describing: type)
    self.shape = shape
    self.symbols = symbols
    self.meaning = meaning
    self.swiftType = ObjectIdentifier(type)
  }

  /// Whether a value of this type can be handed to a port of the `other` type.
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
