import Basics
import Dataflow

extension StageKind {
  /// Pixels → (x − mean) / standard deviation, in the network's layout, written straight into its input.
  ///
  /// Keys: `mean`, `standard_deviation` (for red, green, blue, or for grey; both may be left out where pixels
  /// stay as they are), `range` (the pixel values that these two are for: 0 to 255, or to 1), `layout`
  /// (`nchw`, `nhwc`), `channels` (`rgb`, `bgr`, `grey`), `element` (`float32`, `float16`, `uint8`).
  static let normalise = StageKind(
    "normalise", keys: ["mean", "standard_deviation", "range", "layout", "channels", "element"]
  ) { parameters in
    let normalisation = try Normalisation(parameters)
    if let shape = parameters.inputTypes.first?.shape, shape.count == 3, let height = shape[0],
      let width = shape[1]
    {
      return Stage.normalise(normalisation, height: height, width: width, name: parameters.name)
    }
    guard parameters.inputTypes.first?.meaning == PortType.pixelsOfOwnSize.meaning else {
      throw parameters.node.error(
        "\(parameters.node.path) needs pixels of a known size; put a resize before it")
    }
    return Stage.normalise(normalisation, name: parameters.name)
  }
}

extension Normalisation {
  fileprivate init(_ parameters: StageParameters) throws {
    let values = parameters.values
    let order: ChannelOrder = try values["channels"]?.choice() ?? .rgb
    let channels = order == .grey ? 1 : 3
    var element = ElementType.float32
    if let node = values["element"] {
      let names = Self.elements.map(\.rawValue)
      guard let known = ElementType(rawValue: try node.string()), Self.elements.contains(known) else {
        throw node.error("\(node.path) must be \(names.joined(separator: " or "))")
      }
      element = known
    }
    let range = try values["range"]?.number(in: 1...255) ?? 255
    // Unchanged pixels need neither.
    let isPlain = element == .uint8 && values["mean"] == nil && values["standard_deviation"] == nil
    let meanNode = isPlain ? nil : try parameters.required("mean")
    let deviationNode = isPlain ? nil : try parameters.required("standard_deviation")
    let mean =
      try meanNode?.floats(count: channels, in: -1e6...1e6) ?? Array(repeating: 0, count: channels)
    let deviation =
      try deviationNode?.floats(count: channels, in: 0...1e6) ?? Array(repeating: 1, count: channels)
    let scale = Float(255 / range)
    if let deviationNode {
      // Below that, its inverse is infinite.
      guard deviation.allSatisfy({ $0 * scale >= 1e-30 }) else {
        throw deviationNode.error("\(deviationNode.path) must be above 0, and not below 1e-30")
      }
      if values["range"] == nil, let reason = Self.isForUnitRange(mean, deviation) {
        throw deviationNode.error(
          "\(deviationNode.path) and 'mean' are for pixels from 0 to 1, it seems: \(reason)")
      }
    }
    self.init(
      mean: mean.map { $0 * scale }, standardDeviation: deviation.map { $0 * scale },
      layout: try values["layout"]?.choice() ?? .nchw, channelOrder: order, element: element)
  }

  /// Detects numbers like those that torchvision and others publish for pixels from 0 to 1: of pixels from 0
  /// to 255 they would leave hardly anything.
  private static func isForUnitRange(_ mean: [Float], _ deviation: [Float]) -> String? {
    let isSmallMean = mean.contains { $0 != 0 } && mean.allSatisfy { abs($0) < 1 }
    let isSmallDeviation = deviation.allSatisfy { $0 < 1 }
    guard isSmallDeviation || isSmallMean else { return nil }
    func times255(_ numbers: [Float]) -> String {
      numbers.map { "\((Double($0) * 255_000).rounded() / 1000)" }.joined(separator: ", ")
    }
    return
      "write 'range: 1' beside them, or 'mean: [\(times255(mean))]' and 'standard_deviation: [\(times255(deviation))]'; 'range: 255' says that they are meant as they are"
  }
}

/// The operation of a normalise stage, for devices too.
package struct NormaliseOperation: Sendable {
  package let normalisation: Normalisation
  /// The pool of the results.
  package let tensors: TensorPool
}

extension Stage {
  /// Pixels of a size of each image's own → a batch of that one element.
  public static func normalise(_ normalisation: Normalisation, name: String = "normalise") -> Stage {
    let shape: [Int?] =
      normalisation.layout == .nchw
      ? [normalisation.channels, nil, nil] : [nil, nil, normalisation.channels]
    return Stage(
      name,
      inputs: [Port("square", .pixelsOfOwnSize)],
      outputs: [Port("tensor", .batchSlot(normalisation.element, shape))],
      implementations: [
        .cpu(normalisation.isUsual ? "simd" : "cpu", maximumBatchSize: .max) { firing in
          for index in 0..<firing.count() {
            let pixels = try firing.pixels(at: index)
            let tensor = try Tensor(
              normalisation.element,
              shape: [1] + normalisation.shape(height: pixels.height, width: pixels.width))
            normalisation.write(pixels, into: tensor.slotBytes(0))
            firing.emit(BatchSlot(tensor: tensor, index: 0, frame: pixels.frame), of: index)
          }
        }
      ], work: { _ in nil })
  }

  /// Pixels of this size → one element of a batch.
  public static func normalise(
    _ normalisation: Normalisation, height: Int, width: Int, name: String = "normalise"
  ) -> Stage {
    let shape = normalisation.shape(height: height, width: width)
    let pool = TensorPool(normalisation.element, shape: [1] + shape)
    return Stage(
      name,
      inputs: [Port("square", .pixels(height: height, width: width))],
      outputs: [Port("tensor", .batchSlot(normalisation.element, shape))],
      implementations: [
        .cpu(normalisation.isUsual ? "simd" : "cpu", maximumBatchSize: .max) { firing in
          let batch = try pool.take(batch: firing.count())
          for index in 0..<firing.count() {
            let pixels = try firing.pixels(at: index)
            normalisation.write(pixels, into: batch.slotBytes(index))
            firing.emit(BatchSlot(tensor: batch, index: index, frame: pixels.frame), of: index)
          }
        }
      ], operation: NormaliseOperation(normalisation: normalisation, tensors: pool),
      work: { _ in
        let numbers = Double(3 * height * width)
        return Work(
          [Work.Kernel(flops: 2 * numbers, bytes: 5 * numbers)], input: Work.Traffic(bytes: numbers))
      })
  }
}
