import Dataflow
import Foundation

/// An application read from a file: a graph that takes an encoded image, or tensors.
public struct Pipeline: Sendable {
  /// The pipelines that ship with Drivetrain.
  public static let library = ConfigurationLibrary(
    of: "pipeline", in: "Pipelines", orFilesEndingIn: [".onnx"])

  public let name: String
  public let graph: Graph
  public let signature: PipelineSignature
  /// How much implementations of reduced precision may differ; nothing if the file doesn't say.
  public private(set) var tolerance = Tolerance()
  /// How it is served, as far as the file says.
  public var settings = ServingSettings()
  /// What its file says of how it computes, if it comes from one.
  private(set) var source = ""

  /// Loads a pipeline and its models.
  ///
  /// - Parameters:
  ///   - reference: a path to a YAML file; the name of one in a `Pipelines` folder of the working directory, the
  ///     executable's, or one above them; or a path to a model (`.onnx`), which is then a pipeline of its own.
  ///   - scale: replaces what the file says about decoding.
  ///   - name: what it is called if the file doesn't say; called as the file, if not given.
  /// - Throws: `UnknownConfiguration`, `ConfigurationError`; `EngineError` if the engine's library is missing.
  public init(_ reference: String, scale: DecodeScale? = nil, name: String? = nil) throws {
    let path = try Self.library.path(of: reference)
    guard !path.hasSuffix(".onnx") else {
      try self.init(model: path, name: name)
      return
    }
    let text = try ConfigurationNode.text(of: path)
    let document = try ConfigurationNode(yaml: text, file: path)
    var overrides: [String: String] = [:]
    if let scale { overrides["scale"] = scale.rawValue }
    let graph = try Graph(
      document, named: name, registry: .vision, overrides: overrides,
      besides: [Tolerance.key] + ServingSettings.keys)
    guard PipelineSignature(graph) != nil else {
      let entrance = graph.inputs.map { graph.stages[$0.stage].inputs[$0.port].type }
      throw document.error(
        "a pipeline takes one \(PortType.encodedImage), or batches and gives batches; not \(entrance)")
    }
    self.init(graph)
    source = PipelineText.essence(of: text) + (scale?.rawValue ?? "")
    let values = Dictionary(try document.entries().map { ($0.key, $0.value) }) { first, _ in first }
    if let node = values[Tolerance.key] { tolerance = try Tolerance(node) }
    settings = try ServingSettings(values)
  }

  /// A pipeline of one network; its tensors are the pipeline's.
  private init(model path: String, name: String?) throws {
    let name = name ?? URL(filePath: path).deletingPathExtension().lastPathComponent
    if let flaw = name.flawAsName {
      throw ConfigurationError(file: path, reason: "the model's name \(flaw); call the file otherwise")
    }
    let stage = try Stage.inferBatches(EngineVariant.all(model: path))
    self.init(try Graph(name, chain: [stage]))
  }

  /// A pipeline built in Swift.
  ///
  /// - Precondition: the graph has one input, which takes an `EncodedImage`; or its inputs and outputs are `Tensor`s.
  public init(_ graph: Graph) {
    guard let signature = PipelineSignature(graph) else {
      preconditionFailure("a pipeline takes one encoded image, or tensors")
    }
    self.graph = graph
    self.signature = signature
    name = graph.name
  }
}
