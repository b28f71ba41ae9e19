import ArgumentParser
import Basics
import Dataflow
import Foundation
import Planning
import Reinforcement
import Vision

/// The application for `calibrate`, `plan`, `verify` and `simulate`.
struct ApplicationOptions: ParsableArguments {
  @Argument(
    help:
      "The name of a pipeline or an experiment, a path to its YAML file, or to a model: an ONNX file or an export's folder.",
    completion: .named(in: "Pipelines", "Experiments"))
  var application: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images to measure a pipeline with; the first is the one to plan for. Without: 500 × 375, 320 × 240 and 3880 × 2880 pixels.",
      valueName: "file"))
  var image: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Change settings of an experiment; or say of a model what its files don't, as 'describe' does.",
      valueName: "key=value"))
  var set: [String] = []

  @OptionGroup(title: "Placement") var described: MachineOption
  @OptionGroup(title: "Placement") var selection: DeviceSelection

  /// The same error with a remedy: the command that calibrates a missing part, or a run without a failed
  /// device.
  func advised(_ error: any Error) -> any Error {
    switch error {
    case let error as CalibrationError:
      // The measured machine is this one, even for a description of another one with other devices.
      let isHere = (try? described.machine().isSimulated) == false
      let arguments = Self.arguments(application, image: image, set: set)
      return FileError(error.message(calibrating: isHere ? selection.appended(to: arguments) : arguments))
    case let error as DeviceError: return selection.advised(error) { "run again with \($0)" }
    default: return error
    }
  }

  /// The arguments of `calibrate` for an application.
  static func arguments(_ application: String, image: [String] = [], set: [String] = []) -> String {
    func option(_ name: String, _ values: [String]) -> [String] { values.isEmpty ? [] : [name] + values }
    return ([application] + option("--image", image) + option("--set", set)).map(\.quoted).joined(
      separator: " ")
  }

  /// The selected devices of the machine, here or described.
  func machine() throws -> Platform { try selection.platform(of: described.machine()) }

  /// The same, where it is to run or be measured.
  func machineHere(to purpose: String) throws -> Platform {
    try selection.platform(of: described.machineHere(to: purpose))
  }

  func workload() throws -> any Workload {
    switch try kind() {
    case .pipeline:
      let workload = try PipelineWorkload(
        Pipeline(application, stated: set), images: image.isEmpty ? Self.photographs : image)
      guard !workload.footprints.isEmpty else {
        throw FileError(
          workload.pipeline.signature.takesImages
            ? "there are no images to measure \(application) with; name some with --image"
            : "\(application) takes tensors of any shape, so there is no input to measure it with")
      }
      return workload
    case .experiment:
      guard image.isEmpty else {
        throw ValidationError("--image is for pipelines; \(application) is an experiment")
      }
      return try TrainingWorkload(Experiment(application, changes: set))
    }
  }

  private enum Kind { case pipeline, experiment }

  /// The kind in the file: an experiment names its algorithm.
  private func kind() throws -> Kind {
    do {
      let path = try Pipeline.path(of: application)
      if path.hasSuffix(".onnx") || Folder.exists(path) { return .pipeline }
      let keys = try ConfigurationNode(contentsOf: path).entries().map(\.key)
      return keys.contains("algorithm") ? .experiment : .pipeline
    } catch let unknown as UnknownConfiguration {
      if case .fileNotFound = unknown { throw unknown }
      if (try? Experiment.library.path(of: application)) != nil { return .experiment }
      let names = Pipeline.library.names + Experiment.library.names
      throw FileError(
        "there is no pipeline or experiment '\(application)'; \(application.hint(among: names))")
    }
  }

  private static var photographs: [String] {
    ["medium", "small", "large"].compactMap { Installation.find(".deps/images/\($0).jpg") }
  }
}
