import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What only OpenVINO does.
@Suite struct OpenVINOTests {
  /// It computes in bf16 where the CPU has instructions for it, and nowhere else.
  @Test func bfloat16IsNative() throws {
    let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(
      whereSeparator: \.isWhitespace)
    let isNative = !Set(flags).isDisjoint(with: ["avx512_bf16", "amx_bf16", "avx_ne_convert"])
    #expect(OpenVINOEngine().precisions == (isNative ? [.float32, .bfloat16, .int8] : [.float32, .int8]))
  }

  /// Callers get requests of their own, as many as there are cores for; what is given back is used again.
  @Test(arguments: [1, 2, 1000]) func requests(threads: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel().data, to: "model.onnx")
    let cores = try #require(Platform.local.device(of: .cpu)).cores
    let limit = max(1, cores / threads)
    let session = try Self.session(path, threads: threads)
    let requests = session.requests
    for _ in 0..<(limit + 3) { try session.reserve() }
    #expect(requests.count == limit)
    let taken = try (0..<limit).map { _ in try requests.take() }
    #expect(Set(taken).count == limit && requests.count == limit)
    taken.forEach(requests.giveBack)
    let last = try requests.take()
    #expect(last == taken.last)
    requests.giveBack(last)
  }

  /// Callers that nobody has announced get theirs when they come.
  @Test func requestsOnDemand() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel().data, to: "model.onnx")
    let cores = try #require(Platform.local.device(of: .cpu)).cores
    let requests = try Self.session(path, threads: 1).requests
    #expect(requests.count == 1)
    let taken = try (0..<cores).map { _ in try requests.take() }
    #expect(Set(taken).count == cores && requests.count == cores)
    taken.forEach(requests.giveBack)
  }

  private static func session(_ path: String, threads: Int) throws -> OpenVINOSession {
    try #require(OpenVINOEngine().load(model: path, threads: threads) as? OpenVINOSession)
  }
}
