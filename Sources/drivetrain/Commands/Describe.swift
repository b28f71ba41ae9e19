import ArgumentParser
import Basics
import Foundation
import Vision

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a model is and how images are prepared for it, and where each of that was read.",
    usage: "drivetrain describe <model> [<options>]",
    discussion: """
      Reads an ONNX file, or a folder as Hugging Face, timm and Ultralytics export it, and runs nothing. 'infer', 'serve', \
      'calibrate', 'plan' and 'tune' take the same model, and do what is described.

      Example: drivetrain describe yolo11n.onnx
        drivetrain describe depth.onnx --set task=depth --write depth.yaml
      """)

  @Argument(help: "The path of an ONNX file, or of an export's folder.", completion: .file())
  var model: String

  @OptionGroup var options: ModelOptions

  @Option(help: ArgumentHelp("Write a pipeline's file, commented, that isn't there yet.", valueName: "file"))
  var write: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let path = try Pipeline.path(of: model)
    guard !path.hasSuffix(".yaml") else {
      throw FileError("\(path) is a pipeline's file, which says itself what is run; describe takes a model")
    }
    let description = try ModelDescription(of: path, stated: options.set)
    if let write { try save(description, to: write) }
    try printOut(json ? description.json : description.text.joined(separator: "\n"))
  }

  private func save(_ description: ModelDescription, to file: String) throws {
    guard !FileManager.default.fileExists(atPath: file) else {
      throw FileError("can't write \(file): it is there already; name another file, or move it away")
    }
    // Readable from wherever the file is.
    let text = description.pipeline()
    guard text.utf8.count <= ConfigurationNode.maximumBytes else {
      throw FileError(
        "can't write \(file): with its \(description.labels.names.count.counted("label")) it would be longer than the \(ConfigurationNode.maximumBytes) bytes of a pipeline's file"
      )
    }
    try Data(text.utf8).writeWhole(to: URL(filePath: file).path)
  }
}
