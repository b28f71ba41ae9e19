import Basics

/// A model as one that takes batches of images alone.
///
/// What exporters let it take beside them is made of the images' sides: `pixel_mask`, whose ones say that every pixel counts,
/// and `orig_target_sizes`, the width and height that boxes are for. A model of one image without a batch's dimension takes
/// batches of one.
struct ImageInputSession: EngineSession {
  let inputs: [TensorDescription]
  private let session: any EngineSession
  /// The position of the images among the model's inputs.
  private let images: Int
  private let hasBatch: Bool

  var outputs: [TensorDescription] { session.outputs }
  var limits: TensorLimits { session.limits }

  /// What an input beside the images has, by its name.
  private enum Companion: String {
    case mask = "pixel_mask"
    case sizes = "orig_target_sizes"
  }

  /// The session itself where it takes images alone, or what isn't known.
  static func wrapping(_ session: any EngineSession) -> any EngineSession {
    let images = session.inputs.indices.filter { Companion(rawValue: session.inputs[$0].name) == nil }
    guard images.count == 1, let input = images.first.map({ session.inputs[$0] }), input.hasRank else {
      return session
    }
    let hasBatch = input.shape.count != 3
    guard session.inputs.count > 1 || !hasBatch else { return session }
    return ImageInputSession(session, images: images[0], hasBatch: hasBatch)
  }

  private init(_ session: any EngineSession, images: Int, hasBatch: Bool) {
    (self.session, self.images, self.hasBatch) = (session, images, hasBatch)
    let input = session.inputs[images]
    inputs = [
      hasBatch
        ? input
        : TensorDescription(
          name: input.name, element: input.element, shape: [1] + input.shape, symbols: [nil] + input.symbols)
    ]
  }

  func run(_ inputs: [Tensor]) throws(EngineError) -> [Tensor] {
    guard inputs.count == 1, let batch = inputs.first, batch.shape.count == 4 else {
      throw .wrongInputs(expected: "\(self.inputs[0])", found: "\(inputs.map(\.shape))")
    }
    var given: [Tensor] = []
    for (index, input) in session.inputs.enumerated() {
      if index == images {
        given.append(hasBatch ? batch : batch.withoutBatch)
      } else {
        given.append(try companion(input, of: batch))
      }
    }
    return try session.run(given)
  }

  func reserve() throws(EngineError) { try session.reserve() }

  private func companion(_ input: TensorDescription, of batch: Tensor) throws(EngineError) -> Tensor {
    let isLast = [1, 3].contains(batch.shape[3]) && ![1, 3].contains(batch.shape[1])
    let (height, width) = isLast ? (batch.shape[1], batch.shape[2]) : (batch.shape[2], batch.shape[3])
    let isMask = Companion(rawValue: input.name) == .mask
    let wanted = isMask ? [batch.shape[0], height, width] : [batch.shape[0], 2]
    guard let element = input.element, input.shape.count == wanted.count else {
      throw .wrongInputs(expected: "\(input)", found: "\(wanted)")
    }
    let tensor = try Tensor(element, shape: zip(input.shape, wanted).map { $0 ?? $1 })
    try tensor.fill { isMask ? 1 : $0.isMultiple(of: 2) ? width : height }
    return tensor
  }
}

extension Tensor {
  /// The same numbers of a batch of one as a tensor of its item.
  fileprivate var withoutBatch: Tensor {
    Tensor(element, shape: Array(shape.dropFirst()), bytes: bytes, .lent(self))
  }

  /// Writes whole numbers, by their places.
  fileprivate func fill(_ number: (Int) -> Int) throws(EngineError) {
    switch element {
    case .int64: write { Int64(number($0)) }
    case .int32: write { Int32(clamping: number($0)) }
    case .float32: write { Float(number($0)) }
    case .uint8, .bool: write { UInt8(clamping: number($0)) }
    default: throw .wrongInputs(expected: "\(element)", found: "whole numbers")
    }
  }

  private func write<Number>(_ number: (Int) -> Number) {
    let numbers = bytes.bindMemory(to: Number.self)
    for index in numbers.indices { numbers[index] = number(index) }
  }
}
