import Dataflow
import Foundation
import Kernels
import OpenCL
import TestSupport
import Testing

@testable import Vision

/// Every implementation of a stage against the reference, which is the first, bit for bit.
@Suite struct StageImplementationTests {
  init() throws { _ = try OpenCLDevice.forVision() }

  private static let settings = [
    ResizeSettings(shortSide: 256, crop: 224), ResizeSettings(shortSide: 256, crop: 224, filter: .bicubic),
    ResizeSettings(shortSide: 33, crop: 33), ResizeSettings(shortSide: 40, crop: 1),
  ]
  private static let normalisations = Normalisation.Layout.allCases.flatMap { layout in
    [Normalisation.ChannelOrder.rgb, .bgr].map {
      Normalisation(mean: [10, 20, 30], standardDeviation: [50, 60, 70], layout: layout, channelOrder: $0)
    }
  }

  /// What a stage makes of an image by each of its implementations.
  private func outputs<Output>(
    _ stage: Stage, of input: any Sendable, as: Output.Type
  ) throws -> [(name: String, output: Output)] {
    let graph = try Graph("one", chain: [stage])
    return try stage.implementations.map { implementation in
      let device = try #require(Platform.whole.device(of: implementation.deviceKind))
      var plan = Plan.fused(graph, on: device.name)
      plan.placements[0].implementations = [stage.name: implementation.name]
      let result = try SequentialExecutor(graph, plan: plan).process(input)
      return (implementation.name, try result.output(as: Output.self))
    }
  }

  @Test(arguments: TestImages.variants, 0..<settings.count)
  func resize(image: String, settings: Int) throws {
    let settings = Self.settings[settings]
    let data = try TestImages.image(image)
    for scale in DecodeScale.allCases {
      let pixels = try ImageDecoder().decode(
        data, for: settings.geometry, filter: settings.filter, scale: scale)
      let squares = try outputs(.resize(settings), of: pixels, as: PixelBuffer.self)
      #expect(squares.map(\.name) == ["simd", "opencl"])
      let expected = squares[0].output.array
      for (name, square) in squares.dropFirst() {
        #expect(square.width == settings.geometry.crop && square.height == settings.geometry.crop)
        #expect(try square.onHost().array == expected, "\(name)")
      }
    }
  }

  @Test(arguments: 0..<normalisations.count, [(224, 224), (7, 3), (1, 1)])
  func normalise(normalisation: Int, size: (width: Int, height: Int)) throws {
    let pixels = try PixelPool().buffer(width: size.width, height: size.height)
    var random = SeededGenerator(seed: 3)
    for index in 0..<3 * size.width * size.height {
      pixels.mutablePixels[index] = UInt8.random(in: 0...255, using: &random)
    }
    let stage = Stage.normalise(
      Self.normalisations[normalisation], height: size.height, width: size.width)
    let slots = try outputs(stage, of: pixels, as: BatchSlot.self)
    #expect(slots.map(\.name) == ["simd", "opencl"])
    for (name, slot) in slots.dropFirst() {
      #expect(Array(slot.tensor.data) == Array(slots[0].output.tensor.data), "\(name)")
    }
  }
}
