/// A tensor as a model declares it.
public struct TensorDescription: Sendable, Hashable, CustomStringConvertible {
  public let name: String
  /// `nil` for an unsupported type.
  public let element: ElementType?
  /// The name of `element`, or the model's name of another type, such as `string` or `sequence`.
  public let typeName: String
  /// The extent of each dimension, `nil` where it is free.
  public let shape: [Int?]
  /// The names of free extents; extents of one name are equal in all tensors of a run.
  public let symbols: [String?]
  /// Whether the model states the rank; if not, `shape` is empty.
  public let hasRank: Bool
  /// The operator that makes an output, such as `Softmax`, past changes of shape or type; `nil` if unknown.
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

  /// The shape with `batch` as its first extent and every extent of that name; `nil` if others are free.
  public func shape(batch: Int) -> [Int]? {
    guard let first = symbols.first else { return nil }
    let extents = shape.indices.map { index in
      index == 0 || (first != nil && symbols[index] == first && shape[index] == nil) ? batch : shape[index]
    }
    let known = extents.compactMap { $0 }
    return known.count == shape.count ? known : nil
  }

  /// The least bytes of the tensor: free extents count as 1.
  public var leastBytes: Int? { element?.byteCount(shape.map { $0 ?? 1 }) }

  public var description: String {
    hasRank
      ? "\(typeName) [\(shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
      : "\(typeName) of any number of dimensions"
  }
}

extension [TensorDescription] {
  /// Names, types and shapes, for messages.
  var named: String { map { "'\($0.name)' \($0)" }.joined(separator: ", ") }

  /// The name of all first extents, if they share one: the number of items, whose rows then belong together.
  public var batchSymbol: String? {
    guard let first = first?.symbols.first ?? nil else { return nil }
    return allSatisfy { $0.symbols.first == .some(first) && $0.shape.first == .some(nil) } ? first : nil
  }
}
