import Foundation
import TestSupport
import Testing

/// A pipeline that can't work is refused before anything runs: exit code 1, and one line that says what and where.
@Suite struct PipelineRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let says: [String]
    let make: @Sendable (inout PipelineFile) -> Void

    init(_ description: String, says: String..., make: @escaping @Sendable (inout PipelineFile) -> Void) {
      testDescription = description
      self.says = says
      self.make = make
    }
  }

  static let refusals = [
    Refusal("typo", says: "tiny.yaml:4:", "unknown key 'shortside'", "did you mean 'short_side'?") {
      $0.resize = "{shortside: 16}"
    },
    Refusal("missing model", says: "tiny.yaml:6:", "there is no model at", "none.onnx") {
      $0.infer = "{model: none.onnx}"
    },
    Refusal("corrupt model", says: "tiny.yaml:6:", "model.onnx can't be read") {
      $0.model = Data("text".utf8)
    },
    Refusal("other size", says: "tiny.yaml:", "[?, 3, 16, 16]", "[1, 3, 8, 8]") {
      $0.resize = "{short_side: 8}"
    },
    Refusal("other labels", says: "tiny.yaml:7:", "1 label,", "6 scores") { $0.labels = "one" },
  ]

  @Test(arguments: refusals) func refusal(_ refusal: Refusal) throws {
    let folder = try TemporaryFolder()
    let pipeline = try PipelineFile(refusal.make).write(to: folder)
    let image = try folder.write(
      PNGFile.solid(width: 9, height: 9, red: 0, green: 0, blue: 0), to: "image.png")
    for arguments in [["infer", pipeline, image, "--json"], ["serve", pipeline, "--port", "0"]] {
      let process = try ChildProcess(Drivetrain.path, arguments)
      #expect(try process.wait() == 1)
      #expect(process.standardOutput == "")
      #expect(process.standardError.split(separator: "\n").count == 1, "\(process.standardError)")
      for text in refusal.says { #expect(process.standardError.contains(text), "\(process.standardError)") }
    }
  }

  /// A user's own network, size and labels, by a path.
  @Test func ownNetwork() throws {
    let folder = try TemporaryFolder()
    let pipeline = try PipelineFile().write(to: folder)
    let image = try folder.write(
      PNGFile.solid(width: 9, height: 7, red: 0, green: 200, blue: 0), to: "image.png")
    let run = try Drivetrain.run("infer", pipeline, image, "--json")
    #expect(run.exitCode == 0, "\(run.standardError)")
    #expect(try run.json().pipeline == "tiny")
    #expect(
      try run.json().items.first?.outputs?.map(\.label) == ["green", "greenish", "red", "blue", "reddish"])
  }

  /// Scores that are no numbers are an item's error, with valid JSON around it.
  @Test func scoresThatAreNoNumbers() throws {
    let folder = try TemporaryFolder()
    let pipeline = try PipelineFile { $0.model = ONNXModel { $0.bias = [.nan, 0, 0, 0, 0, 0] }.data }
      .write(to: folder)
    let image = try folder.write(
      PNGFile.solid(width: 9, height: 9, red: 0, green: 0, blue: 0), to: "image.png")
    let run = try Drivetrain.run("infer", pipeline, image, "--json")
    #expect(run.exitCode == 1 && run.errorLines.count == 2)
    #expect(try run.json().items.first?.error?.contains("not finite") == true)
  }
}
