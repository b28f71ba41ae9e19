import Basics
import Dataflow
import Foundation
import Kernels
import OpenCL
import TestSupport
import Testing

@testable import Vision

/// Counts the runs of another engine's sessions and keeps the shapes of what they were given.
private final class CountingEngine: Engine {
  struct Session: EngineSession {
    let session: any EngineSession
    let engine: CountingEngine
    var inputs: [TensorDescription] { session.inputs }
    var outputs: [TensorDescription] { session.outputs }
    var limits: TensorLimits { session.limits }

    func run(_ tensors: [Tensor]) throws(EngineError) -> [Tensor] {
      engine.batches.withLock { $0.append(tensors[0].shape[0]) }
      return try session.run(tensors)
    }
  }

  let batches = Locked<[Int]>([])
  let name = "counting"
  let version: String? = nil
  let precisions: [Precision] = [.float32]

  func load(
    model path: String, threads: Int, precision: Precision, limits: TensorLimits
  ) throws(EngineError) -> any EngineSession {
    Session(session: try ONNXRuntimeEngine().load(model: path, threads: threads), engine: self)
  }
}

/// Batches give what single images give.
@Suite struct BatchedStagesTests {
  private let images: [EncodedImage]

  init() throws {
    images = try ["exif-6.jpg", "odd-17x300.jpg", "rgb.png", "baseline-420.jpg", "exif-3.jpg"].map {
      try EncodedImage(TestImages.image("variants/" + $0))
    }
  }

  private func plan(_ graph: Graph, batch: Int, _ change: (inout Placement) -> Void = { _ in }) -> Plan {
    var placement = Placement(graph.stages.map(\.name), batch: batch)
    change(&placement)
    return Plan([placement])
  }

  /// By the trained network: the same classes, and probabilities that differ by what another order of additions does.
  @Test(arguments: Engines.all.map(\.name)) func classify(engine: String) throws {
    let graph = try Pipeline(try Repository.path("Pipelines/classify.yaml")).graph
    func classes(_ batch: Int) throws -> [Classification] {
      let plan = plan(graph, batch: batch) { $0.implementations["infer"] = engine }
      return try SequentialExecutor(graph, plan: plan).process(items: images.map { [$0] }).map {
        try $0.output(as: Classification.self)
      }
    }
    let expected = try classes(1)
    for batch in [2, 4, 5] {
      for (single, batched) in zip(expected, try classes(batch)) {
        #expect(single.labels.map(\.index) == batched.labels.map(\.index), "batch \(batch)")
        for (a, b) in zip(single.labels, batched.labels) { #expect(abs(a.score - b.score) < 1e-5) }
      }
    }
  }

  private func tiny(_ engine: CountingEngine, _ folder: TemporaryFolder) throws -> Graph {
    let path = try folder.write(ONNXModel().data, to: "model.onnx")
    let graph = try Graph(
      "tiny",
      chain: [
        .decode(for: nil), .resize(ResizeSettings(shortSide: 16, crop: 16)),
        .normalise(.imageNet, height: 16, width: 16),
        .infer([EngineVariant(engine, model: path, threads: 1)]), .label(top: 6, softmax: false),
      ])
    engine.batches.withLock { $0 = [] }
    return graph
  }

  private func scores(_ results: [ItemResult]) throws -> [[Float]] {
    try results.map { try $0.output(as: Classification.self).labels.map(\.score) }
  }

  /// One run for a batch, whether its images were normalised into its tensor or have to be gathered.
  @Test func oneRunForABatch() throws {
    let (engine, folder) = (CountingEngine(), try TemporaryFolder())
    let graph = try tiny(engine, folder)
    let items: [[any Sendable]] = images.map { [$0] }
    let expected = try scores(SequentialExecutor(graph).process(items: items))
    #expect(engine.batches.withLock { $0 } == [1, 1, 1, 1, 1])
    engine.batches.withLock { $0 = [] }
    #expect(
      try scores(SequentialExecutor(graph, plan: plan(graph, batch: 3)).process(items: items)) == expected)
    #expect(engine.batches.withLock { $0 } == [3, 2])
    engine.batches.withLock { $0 = [] }
    let apart = Plan([
      Placement(["decode", "resize", "normalise"], instances: 1),
      Placement(["infer", "label"], batch: 5, queueDelay: 3600),
    ])
    let executor = try Executor(graph, plan: apart)
    let results = Locked<[Int: ItemResult]>([:])
    for (index, item) in items.enumerated() {
      try executor.submit(item) { result in results.withLock { $0[index] = result } }
    }
    executor.drain()
    let answers = try results.withLock { results in try items.indices.map { try #require(results[$0]) } }
    #expect(try scores(answers) == expected)
    #expect(engine.batches.withLock { $0 } == [5])
  }

  /// An image that is broken inside fails alone, and the others are one batch without it.
  @Test func aBrokenImageFailsAlone() throws {
    let (engine, folder) = (CountingEngine(), try TemporaryFolder())
    let graph = try tiny(engine, folder)
    var broken = try TestImages.image("variants/rgb.png")
    broken[broken.count / 2] ^= 0xff
    let items: [[any Sendable]] = [
      [images[0]], [try EncodedImage(broken)], [images[1]], [images[2]],
    ]
    let results = try SequentialExecutor(graph, plan: plan(graph, batch: 4)).process(items: items)
    #expect(results.map { $0.error == nil } == [true, false, true, true])
    #expect(results[1].error is ImageError)
    #expect(engine.batches.withLock { $0 } == [3])
    engine.batches.withLock { $0 = [] }
    let expected = try SequentialExecutor(graph).process(items: [items[0], items[2], items[3]])
    #expect(try scores([results[0], results[2], results[3]]) == scores(expected))
  }

  /// Only models that leave the batch open take batches.
  @Test(arguments: [nil, 1]) func fixedBatches(batch: Int?) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel { $0.batch = batch }.data, to: "model.onnx")
    let stage = try Stage.infer([EngineVariant(ONNXRuntimeEngine(), model: path, threads: 1)])
    #expect((stage.maximumBatchSize(by: stage.implementations[0]) > 1) == (batch == nil))
    let graph = try Graph("fixed", chain: [.normalise(.imageNet, height: 16, width: 16), stage, .label()])
    let pixels = try ImageResizer(geometry: CropGeometry(shortSide: 16, crop: 16), filter: .bilinear).resize(
      ImageDecoder().decode(TestImages.image("variants/rgb.png"), for: nil))
    let results = try SequentialExecutor(graph, plan: plan(graph, batch: 3)).process(
      items: [[pixels], [pixels], [pixels]])
    #expect(results.allSatisfy { $0.error == nil })
  }

  /// On a device as on the CPU, bit by bit, in full and partial batches; and in one tensor.
  @Test func devicePixels() throws {
    let device = try OpenCLDevice.forVision()
    let graph = try Graph(
      "pixels",
      chain: [
        .decode(for: nil), .resize(ResizeSettings(shortSide: 64, crop: 48)),
        .normalise(.imageNet, height: 48, width: 48),
      ])
    func slots(_ batch: Int, _ devices: [String: String]) throws -> [BatchSlot] {
      let plan = plan(graph, batch: batch) { $0.devices = devices }
      return try SequentialExecutor(graph, plan: plan).process(items: images.map { [$0] }).map {
        try $0.output(as: BatchSlot.self)
      }
    }
    let expected = try slots(1, [:]).map { Array($0.tensor.slot($0.index)) }
    for devices in [[:], ["resize": device.name], ["resize": device.name, "normalise": device.name]] {
      let found = try slots(4, devices)
      #expect(found.map { Array($0.tensor.slot($0.index)) } == expected, "\(devices)")
      #expect(found.map(\.index) == [0, 1, 2, 3, 0])
      #expect(found[0].tensor === found[3].tensor && found[0].tensor.shape == [4, 3, 48, 48])
    }
  }
}
