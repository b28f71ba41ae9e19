import Dataflow

extension StageKind {
  /// Pixels → numbers, (x − mean) / standard deviation, laid out as the network wants them and written straight
  /// into its input.
  ///
  /// Keys: `mean`, `standard_deviation` (for red, green, blue, in pixel values 0…255), `layout` (`nchw`, `nhwc`),
  /// `channels` (`rgb`, `bgr`).
  static let normalise = StageKind(
    "normalise", keys: ["mean", "standard_deviation", "layout", "channels"]
  ) { parameters in
    let mean = try parameters.required("mean").floats(count: 3, in: -1e6...1e6)
    let deviationNode = try parameters.required("standard_deviation")
    let deviation = try deviationNode.floats(count: 3, in: 0...1e6)
    guard deviation.allSatisfy({ $0 > 0 }) else {
      throw deviationNode.error("\(deviationNode.path) must be above 0")
    }
    guard let shape = parameters.inputTypes.first?.shape, shape.count == 3, let height = shape[0],
      let width = shape[1]
    else {
      throw parameters.node.error(
        "\(parameters.node.path) needs pixels of a known size; put a resize before it")
    }
    return Stage.normalise(
      Normalisation(
        mean: mean, standardDeviation: deviation,
        layout: try parameters.values["layout"]?.choice() ?? .nchw,
        channelOrder: try parameters.values["channels"]?.choice() ?? .rgb),
      height: height, width: width, name: parameters.name)
  }
}

extension Stage {
  /// Pixels of this size → one element of a batch.
  public static func normalise(
    _ normalisation: Normalisation, height: Int, width: Int, name: String = "normalise"
  ) -> Stage {
    let shape = normalisation.layout == .nchw ? [3, height, width] : [height, width, 3]
    let pool = TensorPool(shape: [1] + shape)
    return Stage(
      name,
      inputs: [Port("square", .pixels(height: height, width: width))],
      outputs: [Port("tensor", .batchSlot(shape))],
      implementations: [
        .cpu("simd", maximumBatchSize: .max) { firing in
          let batch = pool.take(batch: firing.count())
          for index in 0..<firing.count() {
            let pixels = try firing.pixels(at: index)
            guard let destination = batch.slot(index).baseAddress else { return }
            normalisation.write(pixels, to: destination)
            firing.emit(BatchSlot(tensor: batch, index: index), of: index)
          }
        },
        Implementation("opencl", on: .opencl, parallelism: .device, maximumBatchSize: .max) { device in
          OpenCLNormaliseInstance(try OpenCLNormaliser(normalisation, on: device.openCL()), pool)
        },
      ],
      work: { _ in
        let numbers = Double(3 * height * width)
        return Work(
          [Work.Kernel(flops: 2 * numbers, bytes: 5 * numbers)], input: Work.Traffic(bytes: numbers))
      })
  }
}

private final class OpenCLNormaliseInstance: StageInstance {
  private let normaliser: OpenCLNormaliser
  private let pool: TensorPool

  init(_ normaliser: OpenCLNormaliser, _ pool: TensorPool) {
    self.normaliser = normaliser
    self.pool = pool
  }

  func fire(_ firing: Firing) throws {
    let images = try (0..<firing.count()).map { index in
      let pixels = try firing.input(at: index, as: PixelBuffer.self)
      return normaliser.has(pixels) ? pixels : try firing.pixels(at: index)
    }
    let batch = pool.take(batch: images.count)
    try normaliser.normalise(images, to: images.indices.map { batch.slot($0) })
    firing.transferred(for: normaliser.takeTransferTime())
    for index in images.indices { firing.emit(BatchSlot(tensor: batch, index: index), of: index) }
  }
}
