import Kernels

/// A vector that says what an image is like: similar images have vectors of similar direction.
public struct Embedding: Sendable, Hashable {
  /// Finite numbers.
  public let vector: [Float]

  public init(_ vector: [Float]) { self.vector = vector }

  /// The same direction with a length of 1; a vector of zeros stays as it is.
  public var normalised: Embedding {
    let length = length
    return length > 0 ? Embedding(vector.map { Float(Double($0) / length) }) : self
  }

  private var length: Double {
    var sum = 0.0
    for number in vector { sum += Double(number) * Double(number) }
    return sum.squareRoot()
  }

  /// The cosine of the angle between two, −1…1; 0 where one has no direction or they differ in length.
  public func cosine(_ other: Embedding) -> Double {
    guard vector.count == other.vector.count else { return 0 }
    let lengths = length * other.length
    guard lengths > 0 else { return 0 }
    return zip(vector, other.vector).reduce(0) { $0 + Double($1.0) * Double($1.1) } / lengths
  }
}

extension Embedding {
  /// - Throws: `OutputError` for numbers that are not finite.
  init(_ outputs: NetworkOutputs, _ output: Int, _ name: String, isNormalised: Bool) throws {
    let numbers = try outputs.floats(output, name)
    guard let base = numbers.baseAddress, !numbers.isEmpty else { throw OutputError("'\(name)' is empty") }
    guard MapKernel.fastest.areFinite(base, count: numbers.count) else { throw OutputError.notFinite(name) }
    self.init(Array(numbers))
    if isNormalised { self = normalised }
    withExtendedLifetime(outputs) {}
  }
}
