import Basics
import Dataflow
import Foundation
import Planning

/// An application read from a file: a graph that takes an encoded image, or tensors.
public struct Pipeline: Sendable {
  /// The pipelines that ship with Drivetrain.
  public static let library = ConfigurationLibrary(
    of: "pipeline", in: "Pipelines", orFilesEndingIn: [".onnx"])

  public let name: String
  public let graph: Graph
  public let signature: PipelineSignature
  /// The tolerated error of implementations in reduced precision; none if the file states none.
  public private(set) var tolerance = Tolerance()
  /// Limits of its tensors' sizes.
  public private(set) var limits = TensorLimits()
  /// Remarks for the user, a line each.
  public var remarks: [String] {
    notes + graph.stages.flatMap { stage in stage.remarks.map { "\(stage.name): \($0)" } }
  }
  /// Remarks on the whole.
  private var notes: [String] = []
  /// What the pipeline was made of, if that is a model's file or folder.
  public private(set) var modelDescription: ModelDescription?
  /// What the pipeline was loaded by: its file's path or name, or its model's path.
  public private(set) var reference: String?
  /// The settings in the file of how the pipeline is served.
  public var settings = ServingSettings()
  /// The part of the file that describes the computation; empty without a file.
  private(set) var source = ""

  /// Loads a pipeline and its models.
  ///
  /// - Parameters:
  ///   - reference: a path to a YAML file; the name of one in a `Pipelines` folder of the working directory,
  ///     the executable's, or one above them; or a path to a model, an ONNX file or an export's folder, which is
  ///     described, and run as its description says.
  ///   - scale: replaces the file's setting for decoding.
  ///   - name: the name, if the file states none; the file's own by default.
  ///   - stated: what the user says of a model, pairs `key=value`.
  ///   - use: what a model is to become.
  /// - Throws: `UnknownConfiguration`, `ConfigurationError`, `DescriptionError`; `EngineError` if the engine's
  ///   library is missing.
  public init(
    _ reference: String, scale: DecodeScale? = nil, name: String? = nil,
    limits: TensorLimits = TensorLimits(),
    stated: [String] = [], use: ModelUse = .imagesIfEvident
  ) throws {
    let path = try Self.path(of: reference)
    guard !ModelExport.isModel(path) else {
      try self.init(model: path, scale: scale, name: name, limits: limits, stated: stated, use: use)
      self.reference = reference
      return
    }
    guard stated.isEmpty else { throw ConfigurationError(file: path, reason: Self.refusalOfStated) }
    try self.init(text: ConfigurationNode.text(of: path), of: path, scale: scale, name: name, limits: limits)
    self.reference = reference
  }

  /// Why `--set` says nothing of a pipeline's file.
  public static let refusalOfStated =
    "--set says what a model's files don't; this is a pipeline's file, so change its keys there"

  /// The path that a reference stands for: the library's, or that of an export's folder.
  public static func path(of reference: String) throws(UnknownConfiguration) -> String {
    do {
      return try library.path(of: reference)
    } catch {
      guard Folder.exists(reference) else { throw error }
      return reference
    }
  }

  /// A pipeline of a model: of images as its files describe it, or of its tensors.
  private init(
    model path: String, scale: DecodeScale?, name: String?, limits: TensorLimits, stated: [String],
    use: ModelUse
  ) throws {
    let describer: ModelDescriber
    do {
      describer = try ModelDescriber(path, stated: stated)
    } catch DescriptionError.unreadable where use == .imagesIfEvident && stated.isEmpty {
      // The engine says why.
      try self.init(tensorsOf: path, name: name, limits: limits)
      return
    }
    if use == .imagesIfEvident, !describer.isEvident {
      try self.init(
        tensorsOf: path.hasSuffix(".onnx") ? path : describer.graph, name: name ?? describer.name,
        limits: limits)
      if describer.mayTakeImages {
        notes = [
          "it takes tensors, because nothing in the file says what its images are; 'drivetrain describe \(path.quoted)' says what to state, with --set, for it to take images"
        ]
      }
      return
    }
    let description = try describer.description(named: name)
    try self.init(text: description.pipeline(), of: path, scale: scale, name: nil, limits: limits)
    modelDescription = description
    let assumed = description.assumed
    if !assumed.isEmpty {
      notes = [
        "\(description.task.rawValue) by \(description.head.printable); assumed: \(assumed.joined(separator: ", ")) ('drivetrain describe \(path.quoted)' has all)"
      ]
    }
  }

  /// - Parameter path: of the text's file, for messages and the paths in it.
  private init(
    text: String, of path: String, scale: DecodeScale?, name: String?, limits: TensorLimits
  ) throws {
    let document = try ConfigurationNode(yaml: text, file: path)
    var overrides = limits.overrides
    if let scale { overrides["scale"] = scale.rawValue }
    let kinds = Set(Graph.stageKinds(of: document))
    if VisionTasks.all.contains(where: { kinds.contains($0.stage.name) && !$0.allowsReducedDecoding }) {
      overrides["scale"] = DecodeScale.exact.rawValue
    }
    let graph = try Graph(
      document, named: name, registry: .vision, overrides: overrides,
      besides: [Tolerance.key] + ServingSettings.keys)
    guard let signature = PipelineSignature(graph) else {
      let entrance = graph.inputs.map { graph.stages[$0.stage].inputs[$0.port].type }
      throw document.error(
        "a pipeline takes one \(PortType.encodedImage), or batches and gives batches; not \(entrance)")
    }
    if signature.takesImages { try Self.checkOutput(of: graph, document) }
    self.init(graph.withCascades())
    self.limits = limits
    source = PipelineText.essence(of: text) + (scale?.rawValue ?? "")
    let values = Dictionary(try document.entries().map { ($0.key, $0.value) }) { first, _ in first }
    if let node = values[Tolerance.key] { tolerance = try Tolerance(node) }
    settings = try ServingSettings(values)
  }

  /// A pipeline of one network, whose tensors are the pipeline's.
  private init(tensorsOf path: String, name: String?, limits: TensorLimits) throws {
    let name = name ?? URL(filePath: path).deletingPathExtension().lastPathComponent
    if let flaw = name.flawAsName {
      throw ConfigurationError(file: path, reason: "the model's name \(flaw); call the file otherwise")
    }
    let stage = try Stage.inferBatches(EngineVariant.all(model: path, limits: limits))
    self.init(try Graph(name, chain: [stage]))
    self.limits = limits
  }

  /// The task at a pipeline of images' end, and the type of the port that its outputs leave by.
  private var ending: (task: any VisionTask.Type, type: PortType)? {
    guard signature.takesImages, let type = graph.endingType else { return nil }
    return VisionTasks.task(of: type).map { ($0, type) }
  }

  /// Bytes of the map that an image of so many pixels gets; 0 where maps don't depend on that, or there are none.
  package func mapBytes(pixels: Int) -> Int {
    ending.map { $0.task.mapBytesPerPixel(of: $0.type) * pixels } ?? 0
  }

  /// What an image got.
  ///
  /// - Throws: the image's error; `RuntimeError` for a result of another pipeline.
  public func output(of result: ItemResult) throws -> any TaskOutput { try graph.ending(of: result) }

  /// What several images got, as tensors of the Open Inference Protocol.
  ///
  /// - Throws: `RuntimeError` for outputs that aren't of this pipeline.
  package func tensors(_ outputs: [any TaskOutput]) throws -> [OutputTensor] {
    try ending.map { try $0.task.tensors(any: outputs, of: $0.type) } ?? []
  }

  /// Refuses pipelines of images whose end is no task's: nobody could read what they give.
  private static func checkOutput(of graph: Graph, _ document: ConfigurationNode) throws {
    let outputs = graph.outputs.map { graph.stages[$0.stage].outputs[$0.port] }
    if let reason = graph.reasonAgainstJoining { throw document.error(reason) }
    guard graph.endingType != nil else {
      let given = zip(graph.outputs, outputs).map { "\($1.type) of '\(graph.stages[$0.stage].name)'" }
      let ends = VisionTasks.all.map { "\($0.stage.name) (\($0.name))" }.joined(separator: ", ")
      throw document.error(
        "a pipeline of images ends in one stage of a task: \(ends); this one gives "
          + (given.isEmpty ? "nothing" : given.joined(separator: " and ")))
    }
  }

  /// A pipeline built in Swift.
  ///
  /// - Precondition: the graph has one input, which takes an `EncodedImage`; or its inputs and outputs are
  ///   `Tensor`s.
  public init(_ graph: Graph) {
    guard let signature = PipelineSignature(graph) else {
      preconditionFailure("a pipeline takes one encoded image, or tensors")
    }
    self.graph = graph
    self.signature = signature
    name = graph.name
  }
}
