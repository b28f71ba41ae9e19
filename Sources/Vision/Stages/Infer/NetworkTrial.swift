import Foundation

/// What running a network on a few made-up items says of it, which its file need not say.
///
/// The first runs of a session allocate and are slow, and a model that can't run should fail now: the trial sees to both.
struct NetworkTrial {
  /// Of one item; extents that depend on the item are free.
  let outputs: [TensorDescription]
  /// Whether every output has a row for each item of a batch.
  let hasRows: Bool
  /// Whether those rows are what each item gets alone.
  let isByItem: Bool
  /// Whether the first output's numbers are from 0 to 1 and sum to 1, for every item.
  let areProbabilities: Bool
  /// Whether zeros gave finite numbers alone.
  let isFiniteForZeros: Bool

  /// - Parameters:
  ///   - shape: of the smallest batch that the model takes.
  ///   - takesBatches: whether the model leaves the batch open.
  /// - Throws: `EngineError` if the model fails for zeros.
  init(
    _ session: any EngineSession, _ element: ElementType, shape: [Int], takesBatches: Bool
  ) throws(EngineError) {
    let input = session.inputs[0]
    let zeros = try Tensor.zeros(
      for: TensorDescription(name: input.name, element: element, shape: shape), session.limits)
    guard let zeros else { throw .wrongInputs(expected: "\(input)", found: "\(element) \(shape)") }
    var answer = try Self.outputs(session, zeros)
    answer = try Self.outputs(session, zeros)
    isFiniteForZeros = answer.allSatisfy { $0.element != .float32 || $0.data.allSatisfy(\.isFinite) }
    let pair = try Tensor(element, shape: [2 * shape[0]] + shape.dropFirst())
    pair.fill(seed: 1)
    // A network that fails for noise may be right for images.
    let alone = [0, 1].compactMap { half in
      try? Self.outputs(
        session, Tensor(pair, elements: Array(half * shape[0]..<(half + 1) * shape[0])))
    }
    isByItem = takesBatches && alone.count == 2 && Self.isByItem(try? Self.outputs(session, pair), alone)
    let all = [answer] + alone
    let seemToHaveRows =
      all.allSatisfy { $0.allSatisfy { $0.shape.first == shape[0] } }
      && session.outputs.allSatisfy { $0.mayHaveRows(of: input) }
    let hasRows = isByItem || seemToHaveRows
    self.hasRows = hasRows
    outputs = zip(session.outputs.indices, session.outputs).map { index, declared in
      let shapes = all.compactMap { $0.indices.contains(index) ? $0[index].shape : nil }
      let result = answer[index]
      let extents = result.shape.indices.map { axis in
        shapes.allSatisfy { $0.count == result.shape.count && $0[axis] == result.shape[axis] }
          ? result.shape[axis] : nil
      }
      return TensorDescription(
        name: declared.name, element: result.element, shape: hasRows ? Array(extents.dropFirst()) : extents,
        maker: declared.maker)
    }
    areProbabilities = all.allSatisfy { outputs in
      outputs.first.map { first in
        first.element == .float32 && hasRows && first.slot(0).count > 1
          && Self.areProbabilities(first.slot(0))
      } ?? false
    }
    withExtendedLifetime(all) {}
  }

  /// What two trials, of images of different sizes, have in common.
  init(_ one: NetworkTrial, _ other: NetworkTrial) {
    outputs = zip(one.outputs, other.outputs).map { first, second in
      TensorDescription(
        name: first.name, element: first.element,
        shape: first.shape.indices.map { axis in
          second.shape.count == first.shape.count && second.shape[axis] == first.shape[axis]
            ? first.shape[axis] : nil
        }, maker: first.maker)
    }
    hasRows = one.hasRows && other.hasRows
    isByItem = one.isByItem && other.isByItem
    areProbabilities = one.areProbabilities && other.areProbabilities
    isFiniteForZeros = one.isFiniteForZeros && other.isFiniteForZeros
  }

  /// With floating-point numbers as float32.
  private static func outputs(_ session: any EngineSession, _ batch: Tensor) throws(EngineError) -> [Tensor] {
    var outputs: [Tensor] = []
    for output in try session.run([batch]) {
      outputs.append(output.element.isFloating ? try output.asFloat32() : output)
    }
    guard outputs.count == session.outputs.count, !outputs.isEmpty else {
      throw .wrongOutputs(expected: "tensors", found: "\(outputs.count) of them")
    }
    return outputs
  }

  private static func areProbabilities(_ scores: UnsafeMutableBufferPointer<Float>) -> Bool {
    scores.allSatisfy { $0 >= 0 && $0 <= 1.001 } && abs(scores.reduce(0, +) - 1) < 1e-3
  }

  /// Whether a batch of two gave the rows that its items give alone, in every output.
  private static func isByItem(_ batch: [Tensor]?, _ alone: [[Tensor]]) -> Bool {
    guard let batch else { return false }
    return batch.indices.allSatisfy { index in
      let rows = alone.map { $0[index] }
      guard rows.allSatisfy({ $0.element == batch[index].element }) else { return false }
      return isByItem(batch[index], rows)
    }
  }

  /// Engines round differently in batches; other items' rows differ by more.
  private static func isByItem(_ batch: Tensor, _ alone: [Tensor]) -> Bool {
    guard
      alone.allSatisfy({ $0.shape.first == 1 && $0.shape.dropFirst() == batch.shape.dropFirst() }),
      batch.shape.first == alone.count
    else { return false }
    guard batch.element == .float32 else {
      return alone.indices.allSatisfy { batch.slotBytes($0).elementsEqual(alone[$0].bytes) }
    }
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

extension TensorDescription {
  /// Whether the model's file leaves room for a row for each of the input's items.
  fileprivate func mayHaveRows(of input: TensorDescription) -> Bool {
    guard hasRank, let first = shape.first else { return !hasRank }
    if let first { return first == input.shape[0] ?? 1 }
    return symbols[0] == nil || symbols[0] == input.symbols[0]
  }

  /// The same without its batch.
  func ofOneItem(hasRows: Bool) -> TensorDescription {
    hasRows
      ? TensorDescription(name: name, element: element, shape: Array(shape.dropFirst()), maker: maker) : self
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
