import TestSupport
import Testing

/// What people mistype: exit code 2, and one line that says what and where to read on.
@Suite struct UsageTests {
  @Test(arguments: [
    (["inver"], "infer"),
    (["infer"], "pipeline"),
    (["infer", "classify"], "images"),
    (["infer", "--bogus", "classify", "x.jpg"], "--bogus"),
    (["infer", "--scale", "half", "classify", "x.jpg"], "exact"),
    (["infer", "classify", "x.jpg", "--trace"], "--trace"),
    (["serve"], "models"),
    (["serve", "classify", "--port", "99999"], "65535"),
    (["serve", "classify", "--port", "-1"], "--port"),
    (["serve", "classify", "--port", "http"], "--port"),
    (["serve", "classify", "--allow-origin", "example.org"], "--allow-origin"),
    (["serve", "classify", "--allow-origin", "*", "--allow-origin", "http://a/b"], "http://a/b"),
    (["serve", "classify", "--max-json-bytes", "0"], "--max-json-bytes"),
    (["devices", "extra"], "extra"),
    (["plan", "classify", "--max-latency", "-1"], "must be more than 0"),
    (["tune"], "pipeline"),
    (["tune", "classify"], "--image"),
    (["tune", "classify", "--image", "x.jpg", "--seconds", "9"], "3600"),
    (["tune", "classify", "--image", "x.jpg", "--objective", "speed"], "speed"),
    (["tune", "classify", "--image", "x.jpg", "--dry-run", "--output", "y.yaml"], "--output"),
    (["tune", "classify", "--image", "x.jpg", "--output", "y.onnx"], "--output"),
  ])
  func mistakes(arguments: [String], names: String) throws {
    let process = try ChildProcess(Drivetrain.path, arguments)
    #expect(try process.wait() == 2)
    #expect(process.standardOutput == "")
    let lines = process.standardError.split(separator: "\n")
    #expect(lines.count == 1, "\(process.standardError)")
    #expect(lines.first?.contains(names) == true, "\(process.standardError)")
    #expect(lines.first?.contains("--help") == true, "\(process.standardError)")
  }

  @Test(arguments: [["--help"], ["infer", "--help"], ["help", "serve"], []])
  func help(arguments: [String]) throws {
    let process = try ChildProcess(Drivetrain.path, arguments)
    #expect(try process.wait() == 0)
    #expect(process.standardOutput.contains("USAGE: drivetrain"))
    #expect(process.standardError == "")
  }

  @Test func devices() throws {
    let run = try Drivetrain.run("devices", "--json")
    #expect(run.exitCode == 0)
    #expect(run.standardOutput.contains(#""kind":"cpu""#))
    #expect(run.standardError == "")
    #expect(try Drivetrain.run("devices").standardOutput.contains("cpu"))
  }

  /// A full disk is a failure, not a crash.
  @Test(arguments: [["devices", "--json"], ["devices"]])
  func fullDisk(arguments: [String]) throws {
    let process = try ChildProcess(Drivetrain.path, arguments, output: "/dev/full")
    #expect(try process.wait() == 1)
    #expect(process.standardError.contains("No space left"))
  }
}
