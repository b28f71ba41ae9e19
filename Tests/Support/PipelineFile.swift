import Foundation

/// Writes pipelines of tiny networks, that tests change one line at a time.
public struct PipelineFile: Sendable {
  public var name: String? = "tiny"
  public var decode = "{}"
  public var resize = "{short_side: 16}"
  public var normalise = "{mean: [0, 0, 0], standard_deviation: [255, 255, 255]}"
  public var infer = "{model: model.onnx, threads: 1}"
  public var label = "{labels: labels.txt}"
  /// Lines below the stages.
  public var others = ""
  public var labels: String? = "red\ngreen\nblue\nreddish\ngreenish\nbluish\n"
  public var model: Data? = ONNXModel().data

  public init(_ change: (inout PipelineFile) -> Void = { _ in }) { change(&self) }

  public var text: String {
    """
    \(name.map { "name: \($0)" } ?? "# no name")
    stages:
      decode: \(decode)
      resize: \(resize)
      normalise: \(normalise)
      infer: \(infer)
      label: \(label)
    \(others)

    """
  }

  /// Writes `tiny.yaml` and what it refers to; returns its path.
  @discardableResult
  public func write(to folder: TemporaryFolder, as file: String = "tiny.yaml") throws -> String {
    if let labels { try folder.write(labels.utf8, to: "labels.txt") }
    if let model { try folder.write(model, to: "model.onnx") }
    return try folder.write(text.utf8, to: file)
  }
}
