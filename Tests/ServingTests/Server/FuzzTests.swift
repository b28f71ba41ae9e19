import Basics
import Testing

@testable import fuzz

/// The beginning of what the program `fuzz` does at length: damaged inputs are refused, nothing crashes.
@Suite struct FuzzTests {
  @Test(arguments: [
    ("json", ["read", "InferenceRequestError"]),
    ("protobuf", ["read", "InferenceRequestError", "ProtobufError"]),
    ("http1", ["200", "400"]),
    ("http2", ["frames", "stream reset", "connection ended"]),
    ("yaml", ["experiment", "platform", "ConfigurationError"]),
    ("onnx", ["read", "unknown"]),
  ])
  func damagedInputsAreRefused(name: String, kinds: [String]) async throws {
    let makeTarget = try #require(FuzzTarget.all[name])
    var run = FuzzRun(try await makeTarget(), seed: 2026)
    for index in 0..<3000 as Range<UInt64> { await run.input(index) }
    #expect(run.outcomes.values.reduce(0, +) == 3000)
    // All that may come of an input does, so the inputs are worth something.
    for kind in kinds { #expect(run.outcomes[kind, default: 0] > 0, "\(kind) in \(run.report)") }
  }

  @Test func everyTargetIsTried() { #expect(FuzzTarget.all.count == 6) }

  @Test func inputsDependOnTheirNumberAlone() async throws {
    let makeTarget = try #require(FuzzTarget.all["json"])
    let target = try await makeTarget()
    let (one, other) = (FuzzRun(target, seed: 1), FuzzRun(target, seed: 2))
    #expect(one.bytes(7) == one.bytes(7) && one.bytes(7) != one.bytes(8) && one.bytes(7) != other.bytes(7))
  }
}
