import Dataflow
import Foundation

/// A vision application read from a file: a graph that takes an encoded image.
public struct Pipeline: Sendable {
  public let name: String
  public let graph: Graph

  /// Loads a pipeline and its models.
  ///
  /// - Parameters:
  ///   - reference: a path to a YAML file, or the name of one in a `Pipelines` folder of the working directory,
  ///     the executable's, or one above them.
  ///   - scale: replaces what the file says about decoding.
  /// - Throws: `PipelineError`, `ConfigurationError`; `EngineError` if the engine's library is missing.
  public init(_ reference: String, scale: DecodeScale? = nil) throws {
    let document = try ConfigurationNode(contentsOf: try Self.path(of: reference))
    var overrides: [String: String] = [:]
    if let scale { overrides["scale"] = scale.rawValue }
    let graph = try Graph(document, registry: .vision, overrides: overrides)
    let entrance = graph.inputs.map { graph.stages[$0.stage].inputs[$0.port].type }
    guard entrance.count == 1, entrance[0].fits(.encodedImage) else {
      throw document.error("a pipeline takes one \(PortType.encodedImage), not \(entrance)")
    }
    self.graph = graph
    name = graph.name
  }

  /// A pipeline built in Swift.
  ///
  /// - Precondition: the graph has one input, which takes an `EncodedImage`.
  public init(_ graph: Graph) {
    let entrance = graph.inputs.map { graph.stages[$0.stage].inputs[$0.port].type }
    precondition(entrance.count == 1 && entrance[0].fits(.encodedImage), "a pipeline takes one encoded image")
    self.graph = graph
    name = graph.name
  }

  private static func path(of reference: String) throws(PipelineError) -> String {
    if reference.contains("/") || reference.hasSuffix(".yaml") {
      guard FileManager.default.fileExists(atPath: reference) else { throw .fileNotFound(reference) }
      return reference
    }
    if let path = Installation.find("Pipelines/\(reference).yaml") { return path }
    let names = available
    throw .unknown(reference, available: names, nearest: reference.nearest(in: names))
  }

  /// The names of the pipelines that ship with Drivetrain.
  public static var available: [String] {
    guard let folder = Installation.find("Pipelines"),
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// Why there is no such pipeline.
public enum PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
  case fileNotFound(String)
  case unknown(String, available: [String], nearest: String?)

  public var description: String {
    switch self {
    case .fileNotFound(let path): "there is no pipeline file \(path)"
    case .unknown(let name, let available, let nearest):
      "there is no pipeline '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" }
          ?? "there is \(available.isEmpty ? "none" : available.joined(separator: ", ")), or give a path to a file")
    }
  }
}
