import Dataflow
import HTTPTypes

/// The models that can be asked for.
struct ServedModels: Sendable {
  let pipelines: [String: HostedPipeline]

  init(_ pipelines: [HostedPipeline]) {
    self.pipelines = Dictionary(pipelines.map { ($0.name, $0) }) { first, _ in first }
  }

  var sorted: [HostedPipeline] { pipelines.values.sorted { $0.name < $1.name } }

  /// - Parameter version: empty for whichever there is.
  /// - Throws: 404.
  func find(_ name: String, version: String = "") throws(HTTPFailure) -> HostedPipeline {
    guard let pipeline = pipelines[name] else {
      throw HTTPFailure(
        .notFound, "there is no model '\(name)'; there is \(pipelines.keys.sorted().joined(separator: ", "))")
    }
    guard version.isEmpty || version == "\(pipeline.version)" else {
      throw HTTPFailure(.notFound, "model '\(name)' has no version '\(version)'; it has \(pipeline.version)")
    }
    return pipeline
  }
}
