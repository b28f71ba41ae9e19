import Dataflow
import Foundation
import TestSupport
import Testing

/// Plans from files that are no plans for what is asked.
struct PlanFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(of application: String? = nil, infer implementation: String = "onnxruntime") throws
    -> String
  {
    let stages = [
      ("decode", "native"), ("resize", "simd"), ("normalise", "simd"), ("infer", implementation),
      ("label", "cpu"),
    ].map {
      #"{"stage": "\#($0)", "device": "cpu", "implementation": "\#($1)", "instances": 1, "batch": 1, "placement": 0}"#
    }
    let head = application.map { #""application": "\#($0)", "# } ?? ""
    return try folder.write(
      "{\(head)\"stages\": [\(stages.joined(separator: ", "))]}".utf8, to: "plan.json")
  }

  private func infer(_ pipeline: String, _ plan: String) throws -> Drivetrain.Run {
    try Drivetrain.run(
      "infer", pipeline, Repository.path(".deps/images/small.jpg"), "--plan", plan,
      environment: ["XDG_CACHE_HOME": folder.path])
  }

  @Test func whatFitsIsRun() throws {
    for application in [nil, "classify"] {
      let run = try infer("classify", plan(of: application))
      #expect(run.exitCode == 0 && run.standardOutput.contains("espresso"), "\(run.standardError)")
    }
  }

  @Test func anotherApplications() throws {
    let run = try infer("classify", plan(of: "dqn-cartpole"))
    #expect(run.exitCode == 1 && run.errorLines.count == 1)
    #expect(run.standardError.contains("it is one of dqn-cartpole, not of classify"), "\(run.standardError)")
  }

  /// What a pipeline's file doesn't allow, or nobody has measured, a plan's can't.
  @Test func lowerPrecision() throws {
    let plan = try plan(infer: "onnxruntime-int8")
    let strict = try infer("classify", plan)
    #expect(strict.exitCode == 1 && strict.errorLines.count == 1)
    #expect(strict.standardError.contains("and classify states no tolerance"), "\(strict.standardError)")
    let text = try String(contentsOfFile: Repository.path("Pipelines/classify.yaml"), encoding: .utf8)
      .replacing("../.deps", with: Repository.path(".deps"))
    let tolerant = try folder.write("\(text)\ntolerance: {top1_agreement: 0.99}\n".utf8, to: "tolerant.yaml")
    let unknown = try infer(tolerant, plan)
    #expect(unknown.exitCode == 1 && unknown.errorLines.count == 1)
    #expect(
      unknown.standardError.contains("was not found to be within the tolerance"), "\(unknown.standardError)")
  }

  @Test(arguments: [["--place", "resize=cpu"], ["--max-latency", "5"], ["--devices", "cpu"]])
  func simulationsOfWhatIsSaid(arguments: [String]) throws {
    let process = try ChildProcess(
      Drivetrain.path,
      ["simulate", "classify", "--platform", "desktop-rtx4090", "--plan", plan()] + arguments)
    #expect(try process.wait() == 2)
    #expect(
      process.standardError.contains("leave --place, --max-latency and --devices out"),
      "\(process.standardError)")
  }

  /// ONNX Runtime would tell its makers what is run, and keeps a database for it.
  @Test func nothingIsToldToAnybody() throws {
    let run = try infer("classify", plan())
    #expect(run.exitCode == 0)
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    #expect(!files.contains { $0.contains("Microsoft") || $0.contains("onnxruntime") }, "\(files)")
  }
}
