import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

/// `simulate`, and `plan` with `--platform`, on machines that are not here.
struct SimulateTests {
  /// Everything is declared, so nothing need be calibrated.
  private static let platform = """
    name: two-gpus
    devices:
      cpu: {kind: cpu, cores: 4, flops: 10e9, bandwidth: 10e9, decode: 60e6, watts: {idle: 10, full: 50}}
      gpu:
        {kind: gpu, count: 2, flops: 10e12, bandwidth: 500e9, launch: 5e-6, watts: {idle: 20, full: 220}}
    links: [{between: [cpu, gpu], bandwidth: 12e9, latency: 10e-6}]
    """

  private struct Result: Decodable {
    struct Plan: Decodable {
      struct Entry: Decodable { let stage, device: String }

      let platform: String
      let stages: [Entry]
    }

    let application, platform, energy: String
    let plan: Plan
    let throughput, predicted, error, joulesPerItem, virtualSeconds, items: Double
    let latencyUs: [String: Double]
    let utilisation: [String: Double]
  }

  private func decoded(_ process: ChildProcess) throws -> Result {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Result.self, from: Data(process.standardOutput.utf8))
  }

  @Test func simulatesTheBestPlan() throws {
    let folder = try TemporaryFolder()
    let platform = try folder.write(Self.platform.utf8, to: "two-gpus.yaml")
    let image = try Repository.path(".deps/images/medium.jpg")
    let arguments = ["simulate", "classify", "--platform", platform, "--image", image, "--json"]
    let process = try ChildProcess(Drivetrain.path, arguments)
    #expect(try process.wait() == 0, "\(process.standardError)")
    let result = try decoded(process)
    #expect(result.application == "classify")
    #expect(result.platform == "two-gpus" && result.plan.platform == "two-gpus")
    #expect(result.plan.stages.first { $0.stage == "decode" }?.device == "cpu")  // The GPU can't.
    #expect(result.plan.stages.first { $0.stage == "infer" }?.device == "gpu")
    #expect(result.error < 0.02)
    #expect(result.energy == "modelled" && result.joulesPerItem > 0)
    #expect((result.latencyUs["p99"] ?? 0) >= (result.latencyUs["p50"] ?? 1))
    #expect(abs(result.items / result.virtualSeconds / result.throughput - 1) < 1e-9)
    #expect(result.utilisation.values.allSatisfy { (0...1.001).contains($0) })
    let again = try ChildProcess(Drivetrain.path, arguments)
    #expect(try again.wait() == 0)
    #expect(again.standardOutput == process.standardOutput)

    let plan = try ChildProcess(
      Drivetrain.path, ["plan", "classify", "--platform", platform, "--image", image, "--json"])
    #expect(try plan.wait() == 0)
    let saved = try folder.write(plan.standardOutput.utf8, to: "plan.json")
    let planned = try ChildProcess(Drivetrain.path, arguments + ["--plan", saved])
    #expect(try planned.wait() == 0, "\(planned.standardError)")
    #expect(
      try decoded(planned).throughput
        == result.throughput)
  }

  @Test(arguments: [
    (
      "links: [{between: [cpu, gpu], bandwidth: 12e9, latency: 10e-6}]", "",
      "device 'gpu' has no link with 'cpu'"
    ),
    ("flops: 10e12", "flops: -1", "must be from 1.0"),
    ("kind: gpu", "knd: gpu", "did you mean 'kind'?"),
  ])
  func refusesBadPlatforms(piece: String, replacement: String, says: String) throws {
    let folder = try TemporaryFolder()
    let text = Self.platform.replacing(piece, with: replacement)
    #expect(text != Self.platform)
    let platform = try folder.write(text.utf8, to: "bad.yaml")
    for command in ["simulate", "plan"] {
      let run = try Drivetrain.run(command, "classify", "--platform", platform)
      #expect(run.exitCode == 1)
      #expect(run.errorLines.count == 1 && run.standardError.contains(says), "\(run.standardError)")
      #expect(run.standardError.contains("bad.yaml:"))
    }
  }

  @Test func nothingIsVerifiedOnWhatIsNotHere() throws {
    let run = try Drivetrain.run("verify", "classify", "--platform", "desktop-rtx4090")
    #expect(run.exitCode == 2)
    #expect(run.standardError.contains("only described"))
  }

  @Test func unknownPlatforms() throws {
    let run = try Drivetrain.run("simulate", "classify", "--platform", "desktop-rtx409")
    #expect(run.exitCode == 1)
    #expect(run.standardError.contains("did you mean 'desktop-rtx4090'?"), "\(run.standardError)")
  }
}
