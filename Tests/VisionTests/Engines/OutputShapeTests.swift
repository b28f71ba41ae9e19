import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What comes out of a network is of the shape that the run gave it, with the numbers that the run wrote: never a row of the
/// batch that nobody wrote, never another request's numbers. Networks of every kind whose outputs aren't rows of their first
/// input, on every engine.
@Suite struct OutputShapeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let cases = Engines.all.flatMap { engine in
    OddNetwork.all.filter { engine.name != "openvino" || !$0.isSizedByNumbers }.map { (engine.name, $0) }
  }

  /// Of sizes that are 0 or impossible OpenVINO would give an earlier run's answer, or crash.
  @Test(arguments: OddNetwork.all) func sizesThatNumbersDecide(network: OddNetwork) throws {
    let path = try folder.write(network.graph.data, to: "sized.onnx")
    #expect((ONNXInterface(contentsOf: path)?.sizedByNumbers != nil) == network.isSizedByNumbers)
    guard network.isSizedByNumbers else { return }
    let error = #expect(throws: EngineError.self) { try OpenVINOEngine().load(model: path, threads: 1) }
    #expect("\(try #require(error))".contains("choose another 'engine'"))
  }

  /// Requests of other sizes and numbers come before each and between them, so that all memory has been somebody's.
  @Test(arguments: cases) func ofTheRun(engine: String, network: OddNetwork) throws {
    let session = try load(network, engine)
    for (rows, seed) in [(40, 1), (40, 2), (7, 3), (1, 4), (40, 0), (12, 5), (3, 0)] {
      let given = network.inputs(rows, seed)
      let found = try session.run(given.map { try $0.tensor() }).map { Numbers($0) }
      let expected = network.expected(given)
      #expect(found.map(\.shape) == expected.map(\.shape), "\(rows) rows, seed \(seed)")
      #expect(zip(found, expected).allSatisfy { $0.isNear($1) }, "\(rows) rows, seed \(seed): \(found)")
    }
  }

  /// The same from several threads at once.
  @Test(arguments: Engines.all.map(\.name)) func sideBySide(engine: String) async throws {
    let network = OddNetwork.all[0]
    let session = try load(network, engine)
    try await withThrowingTaskGroup { group in
      for index in 0..<200 {
        group.addTask {
          let given = network.inputs(index % 13 + 1, index)
          let found = try session.run(given.map { try $0.tensor() }).map { Numbers($0) }
          return found == network.expected(given)
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  /// Memory of an answer lives as long as the answer, whatever runs meanwhile and whoever has the session.
  @Test(arguments: Engines.all.map(\.name)) func answersLive(engine: String) throws {
    let network = OddNetwork.all[0]
    var session: (any EngineSession)? = try load(network, engine)
    let given = network.inputs(40, 1)
    let kept = try #require(session).run(given.map { try $0.tensor() })
    for seed in 2..<10 { _ = try session?.run(network.inputs(40, seed).map { try $0.tensor() }) }
    session = nil
    #expect(kept.map { Numbers($0) } == network.expected(given))
  }

  /// An answer that grows beyond the limit is refused, whatever decides its size, and the session goes on.
  @Test(arguments: Engines.all.map(\.name)) func limits(engine: String) throws {
    var limits = TensorLimits()
    limits.maximumBytes = 4096
    for network in OddNetwork.all where network.name == "expanded" || network.name == "transposed" {
      if network.isSizedByNumbers, engine == "openvino" { continue }
      let session = try load(network, engine, limits)
      let large = network.inputs(500, 1)
      #expect(throws: EngineError.self) { try session.run(large.map { try $0.tensor() }) }
      let small = network.inputs(3, 1)
      #expect(
        try session.run(small.map { try $0.tensor() }).map { Numbers($0) } == network.expected(small))
    }
  }

  /// Numbers that name impossible sizes are an error, not the end.
  @Test(arguments: [[1 << 40, 1 << 20], [1 << 31, 1 << 31], [-5, 2]] as [[Int64]])
  func impossibleSizes(shape: [Int64]) throws {
    let network = try #require(OddNetwork.all.first { $0.name == "expanded" })
    let session = try load(network, "onnxruntime")
    var given = network.inputs(3, 1)
    given[1].integers = shape
    #expect(throws: EngineError.self) { try session.run(given.map { try $0.tensor() }) }
    let good = network.inputs(3, 1)
    #expect(try session.run(good.map { try $0.tensor() }).map { Numbers($0) } == network.expected(good))
  }

  private func load(
    _ network: OddNetwork, _ engine: String, _ limits: TensorLimits = TensorLimits()
  ) throws -> any EngineSession {
    let path = try folder.write(network.graph.data, to: "\(UUID()).onnx")
    return try #require(Engines.named(engine)).load(
      model: path, threads: 1, precision: .float32, limits: limits)
  }
}
