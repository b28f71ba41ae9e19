import Foundation

/// The properties of a classifier that its file need not state, found by running it on a few made-up items.
///
/// The trial also warms the session up, and fails early for a model that can't run.
struct NetworkTrial {
  /// The number of scores of an item; `nil` if that depends on the item.
  let classes: Int?
  /// Whether a batch's result is a row for each item, equal to the item's own result.
  let isByItem: Bool
  /// Whether every item's scores are from 0 to 1 and sum to 1.
  let areProbabilities: Bool
  /// Whether zeros gave only finite numbers.
  let isFiniteForZeros: Bool

  /// - Parameters:
  ///   - shape: of a batch of one.
  ///   - takesBatches: whether the model leaves the batch open.
  /// - Throws: `EngineError` if the model fails, or doesn't give one row of float32 scores for one item.
  init(
    _ session: any EngineSession, _ element: ElementType, shape: [Int], takesBatches: Bool
  ) throws(EngineError) {
    let zeros = try Tensor.zeros(
      for: TensorDescription(name: session.inputs[0].name, element: element, shape: shape), session.limits)
    guard let zeros else {
      throw .wrongInputs(expected: "\(session.inputs[0])", found: "\(element) \(shape)")
    }
    var answer = try Self.scores(session, zeros)
    answer = try Self.scores(session, zeros)
    isFiniteForZeros = answer.data.allSatisfy(\.isFinite)
    let pair = try Tensor(element, shape: [2] + shape.dropFirst())
    pair.fill(seed: 1)
    // A network that fails for noise may work for images.
    let alone = [0, 1].compactMap { item in
      try? Self.scores(session, Tensor(pair, elements: [item]))
    }
    let count = answer.data.count
    classes = alone.allSatisfy { $0.data.count == count } ? count : nil
    areProbabilities = count > 1 && ([answer] + alone).allSatisfy { Self.areProbabilities($0.data) }
    isByItem = takesBatches && alone.count == 2 && Self.isByItem(try? session.run([pair]).first, alone)
    withExtendedLifetime((answer, alone)) {}
  }

  private static func scores(_ session: any EngineSession, _ item: Tensor) throws(EngineError) -> Tensor {
    guard let scores = try session.run([item]).first else {
      throw .wrongOutputs(expected: "a row of scores for each image", found: "nothing")
    }
    guard scores.element.isFloating, scores.shape.first == 1, !scores.bytes.isEmpty else {
      throw .wrongOutputs(
        expected: "a row of scores for each image", found: "\(scores.element) \(scores.shape)")
    }
    return try scores.asFloat32()
  }

  private static func areProbabilities(_ scores: UnsafeMutableBufferPointer<Float>) -> Bool {
    scores.allSatisfy { $0 >= 0 && $0 <= 1.001 } && abs(scores.reduce(0, +) - 1) < 1e-3
  }

  /// Engines round differently in batches; rows of other items differ by more.
  private static func isByItem(_ batch: Tensor?, _ alone: [Tensor]) -> Bool {
    guard let batch = try? batch?.asFloat32(),
      alone.allSatisfy({ $0.shape.dropFirst() == batch.shape.dropFirst() }),
      batch.shape.first == alone.count
    else { return false }
    let numbers = alone.flatMap { Array($0.data) }.filter(\.isFinite)
    let scale = numbers.reduce(0) { max($0, abs($1)) }
    return alone.indices.allSatisfy { item in
      zip(batch.slot(item), alone[item].data).allSatisfy { found, expected in
        guard found.isFinite, expected.isFinite else {
          return found == expected || found.isNaN && expected.isNaN
        }
        return abs(found - expected) <= 0.02 * scale
      }
    }
  }
}

extension Tensor {
  /// The same numbers as float32; `self` if it already is.
  func asFloat32() throws(EngineError) -> Tensor {
    guard element != .float32 else { return self }
    let tensor = try Tensor(.float32, shape: shape)
    let numbers = tensor.data
    switch element {
    case .float16:
      for (index, number) in bytes.bindMemory(to: Float16.self).enumerated() {
        numbers[index] = Float(number)
      }
    case .float64:
      for (index, number) in bytes.bindMemory(to: Double.self).enumerated() { numbers[index] = Float(number) }
    default: throw .wrongOutputs(expected: "floating-point numbers", found: "\(element) \(shape)")
    }
    return tensor
  }

  /// Fills it with numbers from -2 to 2, integers from 0 up, the same for a seed.
  func fill(seed: UInt32) {
    var state = seed
    func next() -> UInt32 {
      state = state &* 1_664_525 &+ 1_013_904_223
      return state >> 8
    }
    switch element {
    case .float32:
      for index in data.indices { data[index] = Float(next()) / Float(1 << 22) - 2 }
    case .float64:
      let numbers = bytes.bindMemory(to: Double.self)
      for index in numbers.indices { numbers[index] = Double(next()) / Double(1 << 22) - 2 }
    case .float16:
      let numbers = bytes.bindMemory(to: Float16.self)
      for index in numbers.indices { numbers[index] = Float16(Float(next()) / Float(1 << 22) - 2) }
    case .uint8, .int8, .bool, .uint16, .int16, .uint32, .int32, .uint64, .int64:
      // Small integers of any size: a byte each, the lowest first.
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      let range: UInt32 = element == .bool ? 2 : element == .uint8 ? 256 : 100
      for index in stride(from: 0, to: bytes.count, by: element.size) {
        bytes[index] = UInt8(truncatingIfNeeded: (next() >> 8) % range)
      }
    }
  }
}
