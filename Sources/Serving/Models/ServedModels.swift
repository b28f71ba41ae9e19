import Basics
import Dataflow

/// The models that clients can request, which come and go while the server runs. Thread-safe.
final class ServedModels: Sendable {
  private let models = Locked<[String: ServedModel]>([:])

  subscript(name: String) -> ServedModel? { models.withLock { $0[name] } }

  /// All models that were ever loaded, or were to be.
  var all: [ServedModel] { models.withLock { $0.values.sorted { $0.name < $1.name } } }

  /// The served pipelines, in the order of the names.
  var pipelines: [HostedPipeline] { all.compactMap(\.pipeline) }

  /// - Throws: `RepositoryError.duplicateName`.
  func add(_ model: ServedModel) throws {
    try models.withLock { models in
      guard models[model.name] == nil else { throw RepositoryError.duplicateName(model.name) }
      models[model.name] = model
    }
  }

  /// - Throws: `.notFound`.
  func model(_ name: String) throws(RequestFailure) -> ServedModel {
    if let model = self[name] { return model }
    let names = pipelines.map(\.name).joined(separator: ", ")
    throw RequestFailure(
      .notFound, "there is no model '\(name)'; " + (names.isEmpty ? "none is loaded" : "there is \(names)"))
  }

  /// - Throws: `.notFound`.
  func find(_ reference: ModelReference) throws(RequestFailure) -> HostedPipeline {
    let name = reference.name
    guard let pipeline = try model(name).pipeline else {
      throw RequestFailure(
        .notFound, "model '\(name)' is not loaded; see POST /v2/repository/index, and …/models/NAME/load")
    }
    guard reference.version.isEmpty || reference.version == "\(pipeline.version)" else {
      throw RequestFailure(
        .notFound,
        "version '\(reference.version)' of model '\(name)' is not served; version \(pipeline.version) is")
    }
    return pipeline
  }

  /// Passes a request to the served pipeline, or to its successor if that was replaced meanwhile and accepts
  /// nothing more.
  ///
  /// - Throws: `.notFound`; an error of `body`.
  func withPipeline<Result>(
    _ reference: ModelReference, _ body: (HostedPipeline) throws -> Result
  ) throws -> Result {
    var pipeline = try find(reference)
    while true {
      do {
        return try body(pipeline)
      } catch RuntimeError.closed {
        let next = try find(reference)
        guard next !== pipeline else {
          return try pipeline.recordingInvalid { throw RuntimeError.closed }  // The server stops.
        }
        pipeline = next
      }
    }
  }
}

/// The model that a request names.
struct ModelReference: Sendable, Hashable {
  var name: String
  /// Empty for the served version.
  var version = ""
}
