import Basics
import Foundation

/// The files of a model: the graph, and what its exporter wrote beside it.
struct ModelExport {
  /// As the user gave it.
  let reference: String
  /// The ONNX file.
  let graph: String
  let interface: ONNXInterface
  let config: JSONFile?
  let processor: JSONFile?

  /// Whether a path is one of a model: an ONNX file, or a folder.
  static func isModel(_ path: String) -> Bool { path.hasSuffix(".onnx") || Folder.exists(path) }

  /// - Parameter reference: the path of an ONNX file or of an export's folder.
  /// - Throws: `DescriptionError`; `EngineError` if the graph, or its weights in other files, must not be read.
  init(_ reference: String) throws {
    self.reference = reference
    let isFolder = Folder.exists(reference)
    graph = isFolder ? try Self.graph(in: reference) : reference
    try ModelFile.check(graph)
    do {
      interface = try ONNXInterface(reading: graph)
    } catch {
      throw DescriptionError.unreadable(path: graph, reason: "\(error)")
    }
    let folder = isFolder ? reference : (reference as NSString).deletingLastPathComponent
    config = try Self.file("config.json", of: folder)
    processor = try Self.file("preprocessor_config.json", of: folder)
  }

  /// The name of a pipeline of it: the folder's, or the file's.
  var name: String {
    URL(filePath: Folder.exists(reference) ? reference : graph).standardizedFileURL
      .deletingPathExtension().lastPathComponent
  }

  /// The path of the graph from the root.
  var absoluteGraph: String { URL(filePath: graph).standardizedFileURL.path }

  /// A file beside the graph, or above a folder `onnx`.
  private static func file(_ name: String, of folder: String) throws -> JSONFile? {
    var folders = [folder.isEmpty ? "." : folder]
    if URL(filePath: folders[0]).standardizedFileURL.lastPathComponent == "onnx" {
      folders.append(folders[0] + "/..")
    }
    for folder in folders {
      let path = folder == "." ? name : "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: path) { return try JSONFile(contentsOf: path) }
    }
    return nil
  }

  /// The one graph of a folder: in itself, or in its folder `onnx`.
  private static func graph(in folder: String) throws -> String {
    let graphs =
      try graphs(in: folder) + (try Folder.exists(folder + "/onnx") ? graphs(in: folder + "/onnx") : [])
    guard let graph = graphs.first else {
      throw ConfigurationError(
        file: folder, reason: "has no graph: no file in it, or in its folder onnx, ends in .onnx")
    }
    guard graphs.count == 1 else {
      let names = graphs.prefix(8).map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")
      throw DescriptionError.refused(
        file: folder, key: nil,
        reason: "has \(graphs.count.counted("graph")) (\(names)); give the path of the one that is meant")
    }
    return graph
  }

  /// Quantised twins beside a graph are precisions of it, not other graphs.
  private static func graphs(in folder: String) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw DescriptionError.refused(
        file: folder, key: nil, reason: "can't be read: \(error.localizedDescription)")
    }
    let graphs = Set(names.filter { $0.hasSuffix(".onnx") && !$0.hasPrefix(".") })
    return graphs.filter { name in
      !(name.hasSuffix(".int8.onnx") && graphs.contains(String(name.dropLast(10)) + ".onnx"))
    }.sorted().map { "\(folder)/\($0)" }
  }
}
