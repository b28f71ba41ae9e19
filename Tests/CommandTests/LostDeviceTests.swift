import Foundation
import TestSupport
import Testing
import Wire

/// A device that is lost in mid-run: the error names stage and device, and says how to run without it.
@Suite struct LostDeviceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A plan with some stages on the device.
  private func plan(_ stages: [(String, String, String)]) throws -> String {
    let entries = stages.map { stage, device, implementation in
      """
      {"stage":"\(stage)","device":"\(device)","implementation":"\(implementation)","instances":1,"batch":1,
       "placement":0}
      """
    }
    return try folder.write(#"{"stages":[\#(entries.joined(separator: ","))]}"#.utf8, to: "plan.json")
  }

  private func classifying() throws -> String {
    try plan([
      ("decode", "cpu", "native"), ("resize", "opencl:0", "opencl"), ("normalise", "opencl:0", "opencl"),
      ("infer", "cpu", "onnxruntime"), ("label", "cpu", "cpu"),
    ])
  }

  private static let says =
    "stage 'resize' on opencl:0 can't run kernel 'resample_lines': CL_DEVICE_NOT_AVAILABLE; the device is lost: start "
    + "again, or run again with --devices cpu"

  @Test func infer() throws {
    let plan = try classifying()
    let image = try Repository.path(".deps/images/small.jpg")
    let lost = try LostDevice()
    try lost.lose()
    let run = try Drivetrain.run(
      "infer", "classify", image, "--json", "--plan", plan, environment: lost.environment)
    #expect(run.exitCode == 1)
    let error = try #require(run.json().items.first?.error)
    #expect(error == Self.says + " instead of --plan \(plan) for the plan without it")
    #expect(run.standardError.hasSuffix("drivetrain: \(image): \(error)\n"), "\(run.standardError)")

    let again = try Drivetrain.run(
      "infer", "classify", image, "--json", "--devices", "cpu", environment: lost.environment)
    #expect(again.exitCode == 0, "\(again.standardError)")
  }

  /// Each request is answered with the error; the server lives, and tells its operator once what to do.
  @Test func serve() throws {
    let plan = try classifying()
    let lost = try LostDevice()
    let server = try Server("classify", arguments: ["--plan", plan], environment: lost.environment)
    let image = try Repository.image("small.jpg")
    #expect(try server.infer(image).status == 200)
    try lost.lose()
    for _ in 0..<3 {
      let failed = try server.infer(image)
      #expect(failed.status == 500)
      #expect(failed.error.hasPrefix("stage 'resize' on opencl:0 can't run kernel"), "\(failed.error)")
      #expect(failed.error.contains("the device is lost"))
    }
    #expect(try server.get("/v2/health/live").status == 200)
    #expect(try server.terminate() == 0)
    // Beside a line for each of the requests.
    let lines = server.process.standardError.split(separator: "\n").filter { $0.contains("lost") }
    let told = lines.filter { !$0.contains(" error classify 500 ") }
    #expect(told.count == 1 && lines.count == 4, "\(lines)")
    #expect(
      told.first.map(String.init)
        == "drivetrain: classify: \(Self.says) instead of --plan \(plan) for the plan without it")
  }

  @Test func train() throws {
    let plan = try plan([
      ("act", "cpu", "cpu"), ("insert", "cpu", "cpu"), ("sample", "cpu", "cpu"),
      ("learn", "opencl:0", "opencl"),
    ])
    let output = folder.path + "/run"
    let settings = ["steps=2048", "hidden=[16,16]", "learning_starts=100", "save_freq=256"]
    func train(_ arguments: [String], _ lost: LostDevice) throws -> (Int, String) {
      let process = try ChildProcess(
        Drivetrain.path, ["train"] + arguments, environment: lost.environment)
      return (try process.wait(), process.standardError)
    }
    let begin = ["dqn-cartpole", "--plan", plan, "--output", output, "--set"] + settings
    // Before there is anything to go on from.
    let early = try train(begin, try LostDevice(afterKernels: 200))
    #expect(early.0 == 1)
    #expect(early.1.contains("stage 'learn' on opencl:0 can't run kernel '"), "\(early.1)")
    #expect(
      early.1.hasSuffix(
        "run again with --overwrite --devices cpu instead of --plan \(plan) for the plan without it\n"),
      "\(early.1)")
    let late = try train(["--overwrite"] + begin, try LostDevice(afterKernels: 4000))
    #expect(late.0 == 1)
    let remedy = "go on by the plan without it: drivetrain train --resume \(output) --devices cpu\n"
    #expect(late.1.hasSuffix(remedy), "\(late.1)")
    let resumed = try train(["--resume", output, "--devices", "cpu"], try LostDevice(afterKernels: 0))
    #expect(resumed.0 == 0, "\(resumed.1)")
  }

  /// Without the device the machine is measured and planned for as if it had none.
  @Test(.timeLimit(.minutes(60))) func calibrate() throws {
    let lost = try LostDevice(afterKernels: 10)
    let environment = lost.environment.merging(["XDG_CACHE_HOME": folder.path]) { $1 }
    let experiment = ["dqn-cartpole", "--set", "hidden=[8,8]", "--json"]
    func run(_ command: String, _ arguments: [String] = []) throws -> ChildProcess {
      let process = try ChildProcess(
        Drivetrain.path, [command] + experiment + arguments, environment: environment)
      _ = try process.wait(seconds: 300)
      return process
    }
    let failed = try run("calibrate")
    #expect(try failed.wait() == 1)
    #expect(failed.standardOutput == "")
    #expect(failed.standardError.contains("opencl:0 can't"), "\(failed.standardError)")
    #expect(
      failed.standardError.hasSuffix("start again, or run again with --devices cpu\n"),
      "\(failed.standardError)")

    let missing = try run("plan", ["--devices", "cpu"])
    #expect(missing.standardError.hasSuffix("'hidden=[8,8]' --devices cpu\n"), "\(missing.standardError)")

    let calibrated = try run("calibrate", ["--devices", "cpu"])
    #expect(try calibrated.wait() == 0, "\(calibrated.standardError)")
    for platform in [[], ["--platform", "xeon-2"]] {
      let planned = try run("plan", ["--devices", "cpu"] + platform)
      #expect(try planned.wait() == 0, "\(planned.standardError)")
    }
    for command in ["plan", "verify"] {
      let whole = try run(command)
      #expect(try whole.wait() == 1)
      #expect(whole.standardError.contains("opencl:0 ("), "\(whole.standardError)")
      #expect(whole.standardError.contains(" is new; calibrate again"), "\(whole.standardError)")
    }
  }

  @Test(arguments: [
    (
      ["infer", "classify", "x.jpg", "--devices", "fpga"], "there is no device 'fpga'; there is cpu, opencl:0"
    ),
    (["train", "dqn-cartpole", "--devices", "cpu,opencl0"], "did you mean 'opencl:0'?"),
    (["serve", "classify", "--devices", ","], "--devices names none"),
    (["serve", "classify", "--devices", "opencl:0"], "everything runs on cpu"),
    (["infer", "classify", "x.jpg", "--plan", "plan.json", "--devices", "cpu"], "leave one of them out"),
    (["calibrate", "dqn-cartpole", "--devices", "opencl:0"], "only cpu can do"),
  ])
  func wrongDevices(arguments: [String], says: String) throws {
    let process = try ChildProcess(
      Drivetrain.path, arguments, environment: ["XDG_CACHE_HOME": folder.path])
    #expect(try process.wait() == 2)
    #expect(process.standardOutput == "" && process.standardError.contains(says), "\(process.standardError)")
  }
}
