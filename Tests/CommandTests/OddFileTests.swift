import Foundation
import TestSupport
import Testing
import Wire

/// Wherever a file is named, what isn't a regular one is refused at once, with its path: a pipe would be waited for.
@Suite struct OddFileTests {
  struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Where the odd file is put.
    let file: String
    let arguments: @Sendable (_ folder: String) -> [String]
    /// A variable that names the file.
    let variable: String?

    init(
      _ description: String, _ file: String, variable: String? = nil,
      _ arguments: @escaping @Sendable (String) -> [String]
    ) {
      testDescription = description
      self.file = file
      self.arguments = arguments
      self.variable = variable
    }
  }

  static let places = [
    Place("pipeline", "odd.yaml") { ["infer", "\($0)/odd.yaml", "\($0)/image.png"] },
    Place("model", "model.onnx") { ["infer", "\($0)/tiny.yaml", "\($0)/image.png"] },
    Place("model that is served", "model.onnx") { ["serve", "\($0)/tiny.yaml", "--port", "0"] },
    Place("model alone", "odd.onnx") { ["serve", "\($0)/odd.onnx", "--port", "0"] },
    Place("quantised model", "model.int8.onnx") { ["infer", "\($0)/int8.yaml", "\($0)/image.png"] },
    Place("weights of their own", "weights.bin") { ["infer", "\($0)/external.yaml", "\($0)/image.png"] },
    Place("labels", "labels.txt") { ["infer", "\($0)/tiny.yaml", "\($0)/image.png"] },
    Place("image", "odd.png") { ["infer", "\($0)/tiny.yaml", "\($0)/odd.png"] },
    Place("image to load with", "odd.png") {
      [
        "load", "http://127.0.0.1:9/v2/models/a", "--concurrency", "1", "--duration", "1", "--image",
        "\($0)/odd.png",
      ]
    },
    Place("image to tune with", "odd.png") { ["tune", "\($0)/tiny.yaml", "--image", "\($0)/odd.png"] },
    Place("platform", "odd.yaml") { ["simulate", "dqn-cartpole", "--platform", "\($0)/odd.yaml"] },
    Place("plan", "odd.json") {
      ["infer", "\($0)/tiny.yaml", "\($0)/image.png", "--plan", "\($0)/odd.json"]
    },
    Place("experiment", "odd.yaml") { ["train", "\($0)/odd.yaml"] },
    Place("application", "odd.yaml") { ["plan", "\($0)/odd.yaml"] },
    Place("checkpoint", "odd.ckpt") { ["evaluate", "\($0)/odd.ckpt"] },
    Place("checkpoint to export", "odd.ckpt") { ["export", "\($0)/odd.ckpt", "--onnx", "\($0)/x.onnx"] },
    Place("run to go on with", "latest.ckpt") { ["train", "--resume", $0] },
    Place("token", "token") { ["serve", "\($0)/tiny.yaml", "--port", "0", "--token-file", "\($0)/token"] },
    Place("certificate", "odd.pem") {
      [
        "serve", "\($0)/tiny.yaml", "--port", "0", "--tls-certificate", "\($0)/odd.pem", "--tls-key",
        "\($0)/odd.pem",
      ]
    },
    Place("engine's library", "engine.so", variable: "DRIVETRAIN_ONNXRUNTIME") {
      ["infer", "\($0)/tiny.yaml", "\($0)/image.png"]
    },
  ]

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try PipelineFile().write(to: folder)
    try PipelineFile { $0.infer = "{model: model.onnx, precision: int8, threads: 1}" }
      .write(to: folder, as: "int8.yaml")
    try folder.write(ONNXModel { $0.weightsFile = "weights.bin" }.data, to: "external.onnx")
    try folder.write(
      PipelineFile { $0.infer = "{model: external.onnx, threads: 1}" }.text.utf8, to: "external.yaml")
    try folder.write(PNGFile.solid(width: 9, height: 9, red: 0, green: 0, blue: 0), to: "image.png")
    return folder
  }

  @Test(arguments: places) func aPipeIsRefused(place: Place) throws {
    let folder = try Self.folder()
    let file = folder.path + "/" + place.file
    try OddFile.pipe.make(at: file)
    let process = try ChildProcess(
      Drivetrain.path, place.arguments(folder.path),
      environment: place.variable.map { [$0: file] } ?? [:])
    #expect(try process.wait(seconds: 60) == 1, "\(process.standardError)")
    let said = process.standardError
    #expect(said.contains(place.file) && said.contains("it is a pipe"), "\(said)")
    #expect(said.split(separator: "\n").count == 1, "\(said)")
  }

  @Test(arguments: OddFile.allCases, ["model.onnx", "labels.txt", "weights.bin"])
  func allKindsAreRefused(odd: OddFile, file: String) throws {
    let folder = try Self.folder()
    try odd.make(at: folder.path + "/" + file)
    let pipeline = folder.path + (file == "weights.bin" ? "/external.yaml" : "/tiny.yaml")
    let run = try Drivetrain.run("infer", pipeline, folder.path + "/image.png")
    #expect(run.exitCode == 1 && run.standardError.contains(odd.says), "\(run.standardError)")
  }

  /// The same network, once its weights are there.
  @Test func weightsOfTheirOwn() throws {
    let folder = try Self.folder()
    try folder.write(ONNXModel().weights, to: "weights.bin")
    let run = try Drivetrain.run("infer", folder.path + "/external.yaml", folder.path + "/image.png")
    #expect(run.exitCode == 0, "\(run.standardError)")
  }

  /// In a repository it is refused like any other version that doesn't work; the others load, and the server ends.
  @Test(arguments: ["model.onnx", "pipeline.yaml"]) func inARepository(file: String) throws {
    let folder = try RepositoryFolder()
    for name in ["good", "other"] { try folder.writeNetwork(1, of: name) }
    let server = try Server(arguments: ["--repository", folder.path])
    try OddFile.pipe.make(at: folder.makeVersion("2", of: "good") + "/" + file)
    func load(_ name: String) throws -> Response {
      try server.connect().request("POST", "/v2/repository/models/\(name)/load", body: Data("{}".utf8))
    }
    let refused = try load("good")
    #expect(refused.status == 400 && refused.error.contains("it is a pipe"), "\(refused.error)")
    #expect(refused.error.contains("version 1 is served"), "\(refused.error)")
    #expect(try load("other").status == 200)
    #expect(try server.terminate() == 0)
  }
}
