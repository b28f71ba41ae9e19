/// A tensor as a model declares it.
public struct TensorDescription: Sendable, Hashable, CustomStringConvertible {
  public let name: String
  /// `nil` for a type that Drivetrain doesn't handle.
  public let element: ElementType?
  /// That of `element`, or what the model calls another one, such as `string` or `sequence`.
  public let typeName: String
  /// The extent of each dimension, `nil` where it is free.
  public let shape: [Int?]
  /// The names of free extents: what is called alike has the same extent in all tensors of a run.
  public let symbols: [String?]
  /// Whether the model says how many dimensions there are; if not, `shape` is empty.
  public let hasRank: Bool
  /// The operator that makes an output, past those that change its shape or type alone, such as `Softmax`; `nil` where the model
  /// doesn't say.
  public let maker: String?

  /// - Parameter symbols: none, or one for each extent.
  public init(
    name: String, element: ElementType?, shape: [Int?], symbols: [String?] = [], typeName: String? = nil,
    hasRank: Bool = true, maker: String? = nil
  ) {
    self.name = name
    self.element = element
    self.typeName = element?.rawValue ?? typeName ?? "an unknown type"
    self.shape = shape
    self.symbols = symbols.count == shape.count ? symbols : Array(repeating: nil, count: shape.count)
    self.hasRank = hasRank
    self.maker = maker
  }

  /// The shape with `batch` as its first dimension, and wherever else that has the same name, where everything else is
  /// known.
  public func shape(batch: Int) -> [Int]? {
    guard let first = symbols.first else { return nil }
    let extents = shape.indices.map { index in
      index == 0 || (first != nil && symbols[index] == first && shape[index] == nil) ? batch : shape[index]
    }
    let known = extents.compactMap { $0 }
    return known.count == shape.count ? known : nil
  }

  /// The least bytes that it can have: free extents count as 1.
  public var leastBytes: Int? { element?.byteCount(shape.map { $0 ?? 1 }) }

  public var description: String {
    hasRank
      ? "\(typeName) [\(shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
      : "\(typeName) of any number of dimensions"
  }
}

extension [TensorDescription] {
  /// What the first extent of each of these is called, if all are called alike: then it is the number of items, and their
  /// rows belong together.
  public var batchSymbol: String? {
    guard let first = first?.symbols.first ?? nil else { return nil }
    return allSatisfy { $0.symbols.first == .some(first) && $0.shape.first == .some(nil) } ? first : nil
  }
}
