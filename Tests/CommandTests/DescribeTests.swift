import Foundation
import TestSupport
import Testing
import Wire

/// `drivetrain describe`, and models where pipelines are taken.
@Suite struct DescribeTests {
  private func graph(_ file: String) throws -> String { try Repository.path(".deps/graphs/" + file) }

  @Test func printsJSONAlone() throws {
    let run = try Drivetrain.run("describe", graph("hugging-face/vit"), "--json")
    #expect(run.exitCode == 0 && run.standardError == "")
    #expect(run.standardOutput.hasSuffix("}\n") && run.standardOutput.split(separator: "\n").count == 1)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)) as? [String: Any])
    #expect(object["task"] as? String == "classification")
    #expect((object["sources"] as? [String: String])?["mean"] == "preprocessor_config.json")
  }

  @Test func printsATable() throws {
    let run = try Drivetrain.run("describe", graph("ultralytics/yolov8n.onnx"))
    #expect(run.exitCode == 0)
    #expect(run.standardOutput.contains(/task +detection +metadata\n/), "\(run.standardOutput)")
    #expect(run.standardOutput.contains(/mean +\[0, 0, 0\] +assumed\n/), "\(run.standardOutput)")
  }

  @Test func writesAFileOnce() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/own.yaml"
    let model = try graph("hugging-face/resnet")
    #expect(try Drivetrain.run("describe", model, "--write", file).exitCode == 0)
    let image = try Repository.path(".deps/images/small.jpg")
    let run = try Drivetrain.run("infer", file, image, "--json")
    #expect(run.exitCode == 0, "\(run.standardError)")
    let direct = try Drivetrain.run("infer", model, image, "--json")
    let scores = try [run, direct].map { try $0.json().items[0].outputs?.map(\.score) }
    #expect(scores[0] != nil && scores[0] == scores[1])
    let again = try Drivetrain.run("describe", model, "--write", file)
    #expect(again.exitCode == 1 && again.errorLines.count == 1 && again.standardError.contains(file))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["own.yaml"])
  }

  @Test func asksForWhatNothingTells() throws {
    let model = try graph("tensorflow/keras_mobilenet.onnx")
    let run = try Drivetrain.run("describe", model)
    #expect(run.exitCode == 1 && run.standardOutput == "" && run.errorLines.count == 1)
    #expect(run.standardError.contains("--set mean=… std=…"), "\(run.standardError)")
    let stated = try Drivetrain.run("describe", model, "--set", "mean=127.5", "std=127.5", "--json")
    #expect(stated.exitCode == 0, "\(stated.standardError)")
    let image = try Repository.path(".deps/images/small.jpg")
    let inferred = try Drivetrain.run("infer", model, image, "--json", "--set", "mean=127.5", "std=127.5")
    #expect(inferred.exitCode == 0, "\(inferred.standardError)")
    #expect(try Drivetrain.run("infer", model, image, "--json").exitCode == 1)
  }

  @Test(arguments: [["describe", "classify"], ["describe", "/no/such.onnx"], ["describe", "Sources"]])
  func noModel(arguments: [String]) throws {
    let run = try Drivetrain.run(arguments: arguments)
    #expect(
      run.exitCode == 1 && run.standardOutput == "" && run.errorLines.count == 1, "\(run.standardError)")
  }

  @Test func statementsAreOfModels() throws {
    let image = try Repository.path(".deps/images/small.jpg")
    let run = try Drivetrain.run("infer", "classify", image, "--set", "task=depth")
    #expect(run.exitCode == 1 && run.standardError.contains("--set"), "\(run.standardError)")
  }

  @Test func servesAFolder() throws {
    let server = try Server(graph("hugging-face/vit"))
    let answer = try server.infer(Repository.image("small.jpg"), "vit")
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  }
}
