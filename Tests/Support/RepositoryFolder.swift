import Foundation

/// A model repository of tiny networks, for tests to change.
public final class RepositoryFolder: Sendable {
  private let folder: TemporaryFolder

  public var path: String { folder.path }

  public init() throws { folder = try TemporaryFolder() }

  /// Makes the folder of a version and returns its path.
  @discardableResult
  public func makeVersion(_ version: String, of name: String) throws -> String {
    let path = "\(folder.path)/\(name)/\(version)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Writes a network alone, which takes `image` and gives `scores`; the first score is the mean of the first channel plus the version.
  public func writeNetwork(
    _ version: Int, of name: String, _ change: (inout ONNXModel) -> Void = { _ in }
  ) throws {
    let model = ONNXModel {
      $0.bias = [Float(version), 0, 0, 0, 0, 0]
      change(&$0)
    }
    try makeVersion("\(version)", of: name)
    try write(model.data, "model.onnx", version, of: name)
  }

  /// Writes a pipeline of images. Of version 2 every image is "green", of others each is what it is.
  public func writePipeline(
    _ version: Int, of name: String, _ change: (inout PipelineFile) -> Void = { _ in }
  ) throws {
    let file = PipelineFile {
      $0.name = name
      if version == 2 { $0.model = ONNXModel { $0.bias = [0, 9, 0, 0, 0, 0] }.data }
      change(&$0)
    }
    try makeVersion("\(version)", of: name)
    if let labels = file.labels { try write(labels.utf8, "labels.txt", version, of: name) }
    if let model = file.model { try write(model, "model.onnx", version, of: name) }
    try write(file.text.utf8, "pipeline.yaml", version, of: name)
  }

  public func write(_ data: some Sequence<UInt8>, _ file: String, _ version: Int, of name: String) throws {
    try folder.write(data, to: "\(name)/\(version)/\(file)")
  }

  /// - Parameter version: all, if not given.
  public func remove(_ name: String, version: Int? = nil) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)" + (version.map { "/\($0)" } ?? ""))
  }
}
