import Dataflow
import Foundation
import TestSupport
import Testing
import Vision
import Wire

/// `drivetrain tune` of a tiny pipeline, and what is served of its file then.
@Suite struct TuneTests {
  private let folder: TemporaryFolder
  private let pipeline: String
  private let image: String
  /// Calibrations of these tests, none at first.
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try PipelineFile { $0.model = ONNXModel { $0.batch = nil }.data }.write(to: folder)
    image = try folder.write(
      PNGFile.solid(width: 40, height: 30, red: 255, green: 0, blue: 0), to: "red.png")
    environment = ["XDG_CACHE_HOME": folder.path]
  }

  private struct Answer: Decodable {
    struct Step: Decodable {
      let knob: String
      let from, value: Int
      let incumbent, candidate, ratio: Double
      let kept: Bool
    }

    let pipeline, objective, unit: String
    let steps: [Step]
    let before, after: Double
    let better, complete: Bool
    let knobs: [String: Int]
    let file: String
    let written: Bool
  }

  private func tune(_ arguments: String...) throws -> Drivetrain.Run {
    let process = try ChildProcess(
      Drivetrain.path, ["tune", pipeline, "--image", image, "--seconds", "10"] + arguments,
      environment: environment)
    return Drivetrain.Run(
      exitCode: try process.wait(), standardOutput: process.standardOutput,
      standardError: process.standardError)
  }

  private func answer(_ run: Drivetrain.Run) throws -> Answer {
    #expect(run.exitCode == 0, "\(run.standardError)")
    return try JSONDecoder().decode(Answer.self, from: Data(run.standardOutput.utf8))
  }

  @Test func writesWhatIsServedThen() throws {
    let before = try String(contentsOfFile: pipeline, encoding: .utf8)
    let answer = try answer(tune("--json", "--output", pipeline))
    #expect(answer.pipeline == "tiny" && answer.objective == "throughput" && answer.unit == "items/s")
    #expect(!answer.steps.isEmpty && answer.steps.allSatisfy { $0.from != $0.value && $0.ratio > 0 })
    #expect(answer.before > 0 && answer.after > 0 && answer.written && answer.file == pipeline)
    #expect(Set(answer.knobs.keys) == Set(ServingSettings.Knob.allCases.map(\.rawValue)))
    #expect((64...65_536).contains(answer.knobs["concurrency"] ?? 0))
    let after = try String(contentsOfFile: pipeline, encoding: .utf8)
    #expect(after.hasPrefix(before + "# drivetrain tune, 20"))
    let settings = try Pipeline(pipeline).settings
    #expect(settings.knobs.allSatisfy { answer.knobs[$0.key.rawValue] == $0.value })
    #expect(settings.knobs.count == answer.knobs.count)
    #expect(!FileManager.default.fileExists(atPath: pipeline + ".tmp"))

    let data = try Data(contentsOf: URL(filePath: image))
    let infer = try Drivetrain.run("infer", pipeline, image, "--json", environment: environment)
    #expect(infer.exitCode == 0, "\(infer.standardError)")
    let server = try Server(pipeline, environment: environment)
    #expect(try server.infer(data, "tiny", type: "image/png").status == 200)
    #expect(try server.terminate() == 0)
  }

  @Test func writesOnlyWhatIsBetter() throws {
    let before = try String(contentsOfFile: pipeline, encoding: .utf8)
    let answer = try answer(tune("--json"))
    #expect(answer.written == answer.better)
    #expect((try String(contentsOfFile: pipeline, encoding: .utf8) != before) == answer.better)
  }

  /// Elsewhere, or nowhere; in words; for latency.
  @Test func leavesTheFileAlone() throws {
    let before = try String(contentsOfFile: pipeline, encoding: .utf8)
    let copy = folder.path + "/copy.yaml"
    let written = try answer(tune("--json", "--output", copy, "--objective", "latency"))
    #expect(written.file == copy && written.written && written.unit == "ms")
    #expect(try Pipeline(copy).settings.knobs.count == 7)
    let run = try tune("--dry-run")
    #expect(run.exitCode == 0 && run.standardOutput.contains("nothing was written"), "\(run.standardError)")
    #expect(run.standardOutput.contains("items/s") && run.standardOutput.contains("concurrency: "))
    #expect(try String(contentsOfFile: pipeline, encoding: .utf8) == before)
  }

  /// What can't be written is not searched for: no such folder, or one that relative paths don't lead from.
  @Test func whatCannotBeWritten() throws {
    let other = try TemporaryFolder()
    for (file, reason) in [
      (other.path + "/copy.yaml", "copy.yaml: the pipeline can't be loaded from there"),
      (other.path + "/none/copy.yaml", "can't write"), (other.path, "can't write"),
    ] {
      let run = try tune("--output", file, "--json")
      #expect(run.exitCode == 1 && run.standardOutput == "")
      #expect(run.standardError.contains(reason), "\(run.standardError)")
      #expect(!run.standardError.contains(".tmp"), "\(run.standardError)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: other.path).isEmpty)
    }
  }

  @Test func whatCannotBeTuned() throws {
    func refused(_ arguments: String...) throws -> String {
      let process = try ChildProcess(
        Drivetrain.path, ["tune"] + arguments + ["--image", image], environment: environment)
      #expect(try process.wait() == 1 && process.standardOutput == "")
      return process.standardError
    }
    #expect(try refused(folder.path + "/model.onnx").contains("has no knobs"))
    #expect(try refused("clasify").contains("'classify'"))
    let tensors = try folder.write("name: t\nstages:\n  infer: {model: model.onnx}\n".utf8, to: "t.yaml")
    #expect(try refused(tensors).contains("takes tensors"))
    let text = PipelineFile().text.replacing("name: tiny", with: "name: tiny\nconcurrency:\n  64")
    let spread = try folder.write(text.utf8, to: "spread.yaml")
    #expect(try refused(spread).contains("spread.yaml:2"))
    #expect(try refused(pipeline, "--image", folder.path + "/none.jpg").contains("none.jpg"))
  }
}
