import Dataflow
import Kernels
import OpenCL
import TestSupport
import Testing

@testable import OpenCLVision
@testable import Vision

/// Pixels that stay on a device, and those that have to move.
@Suite struct DevicePixelsTests {
  private let device: OpenCLDevice
  private let pixels: PixelBuffer
  private let graph: Graph

  init() throws {
    device = try .forVision()
    pixels = try ImageDecoder().decode(TestImages.image("variants/exif-6.jpg"), for: nil)
    graph = try Graph(
      "pixels",
      chain: [
        .resize(ResizeSettings(shortSide: 64, crop: 48)), .normalise(.imageNet, height: 48, width: 48),
      ])
  }

  private func reference() throws -> [Float] {
    try Array(SequentialExecutor(graph).process(pixels).output(as: BatchSlot.self).tensor.data)
  }

  /// What each stage spends on moving data, and whether the result is right.
  private func transfers(_ plan: Plan) async throws -> [Bool] {
    let recorder = Recorder()
    let executor = try Executor(graph, plan: plan, recorder: recorder)
    defer { executor.drain() }
    let result = try await executor.process(pixels)
    #expect(Array(try result.output(as: BatchSlot.self).tensor.data) == (try reference()))
    return recorder.attribution(of: result, in: graph).stages.map { $0.transfer > 0 }
  }

  @Test func stayBetweenStages() async throws {
    #expect(try await transfers(.fused(graph, on: device.name)) == [true, true])
    let recorder = Recorder()
    let executor = try SequentialExecutor(
      graph, plan: .fused(graph, on: device.name), recorder: recorder)
    let result = try executor.process(pixels)
    let moves = recorder.trace(of: graph).workers.flatMap(\.events).filter { $0.kind == .transfer }
    // In, once; out, once.
    #expect(moves.map(\.stage) == [0, 1])
    #expect(Array(try result.output(as: BatchSlot.self).tensor.data) == (try reference()))
  }

  @Test func areBroughtWhereTheyAreWanted() async throws {
    let (cpu, opencl) = ("cpu", device.name)
    #expect(
      try await transfers(Plan([Placement(["resize"], on: opencl), Placement(["normalise"], on: cpu)])) == [
        true, true,
      ])
    #expect(
      try await transfers(Plan([Placement(["resize"], on: cpu), Placement(["normalise"], on: opencl)])) == [
        false, true,
      ])
    #expect(
      try await transfers(Plan([Placement(["resize"], on: opencl), Placement(["normalise"], on: opencl)]))
        == [
          true, true,
        ])
  }

  /// Images of different sizes, orientations and scales in one launch.
  @Test func batches() throws {
    let names = ["exif-6.jpg", "odd-17x300.jpg", "odd-1x1.jpg", "rgb.png", "baseline-420.jpg"]
    let geometry = CropGeometry(shortSide: 64, crop: 48)
    let images = try names.map {
      try ImageDecoder().decode(
        TestImages.image("variants/" + $0), for: geometry, filter: .bicubic, scale: .auto)
    }
    let resizer = try OpenCLResizer(geometry: geometry, filter: .bicubic, on: device)
    let normaliser = try OpenCLNormaliser(.imageNet, on: device)
    let reference = ImageResizer(geometry: geometry, filter: .bicubic)
    // Twice, since memory is used again; then in another order, so that they don't lie as the kernel wants them.
    for order in [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [4, 0, 0, 2]] {
      let squares = try resizer.resize(images)
      let tensor = try Tensor(shape: [order.count, 3, 48, 48])
      try normaliser.normalise(
        order.map { squares[$0] }, to: order.indices.map { tensor.slot($0) })
      for (index, image) in order.enumerated() {
        let square = try reference.resize(images[image])
        #expect(try squares[image].onHost().array == square.array, "\(names[image])")
        let expected = try Tensor(shape: [1, 3, 48, 48])
        Normalisation.imageNet.write(square, to: try #require(expected.data.baseAddress))
        #expect(Array(tensor.slot(index)) == Array(expected.data), "\(names[image])")
      }
    }
  }

  @Test func partsThatAreTooSmall() throws {
    let geometry = CropGeometry(shortSide: 64, crop: 48)
    let part = try ImageDecoder().decode(TestImages.image("variants/rgb.png"), for: geometry)
    let resizer = try OpenCLResizer(
      geometry: CropGeometry(shortSide: 64, crop: 64), filter: .bilinear, on: device)
    #expect(throws: ImageError.wrongRegion) { try resizer.resize([part]) }
  }

  @Test func otherDevicesAreRefused() throws {
    let cpu = try #require(Platform.local.device(named: "cpu"))
    let error = try #require(throws: DeviceError.self) { try cpu.openCL() }
    #expect("\(error)" == "cpu can't run what is written for OpenCL: it is a cpu device")
  }
}
