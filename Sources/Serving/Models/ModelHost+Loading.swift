import Basics

extension ModelHost {
  /// Loads the command line's models, all of which must work, and those of the repository's models that work.
  ///
  /// - Throws: a pipeline's error; `RepositoryError` if two models have one name, or none of the repository's
  ///   works.
  public func start(_ references: [String] = []) async throws {
    for reference in references { try add(try await loader.load(reference), from: .pipeline(reference)) }
    guard let repository else { return }
    let (names, ignored) = try await onOwnThread { () throws(FileError) in try repository.contents() }
    for line in ignored.prefix(Self.longestWarning) { tell(line) }
    if ignored.count > Self.longestWarning {
      tell("… and \(ignored.count - Self.longestWarning) more of \(repository.path)")
    }
    guard !names.isEmpty else {
      return tell(
        "no model is in \(repository.path) yet; add NAME/1/pipeline.yaml or model.onnx, and load it")
    }
    if let name = names.first(where: { models[$0] != nil }) { throw RepositoryError.duplicateFolder(name) }
    for name in names {
      let model = ServedModel(name, from: .repository(repository))
      try models.add(model)
      do {
        _ = try await load(model)
      } catch {
        tell("\(error)")
      }
    }
    guard !models.pipelines.isEmpty else { throw RepositoryError.nothingWorks(repository: repository.path) }
  }

  /// Serves a pipeline made by a program.
  ///
  /// - Throws: `WarmUpError` if it doesn't work.
  public func serve(_ pipeline: HostedPipeline) async throws {
    try await pipeline.warmUp()
    try add(pipeline, from: .program)
  }

  private func add(_ pipeline: HostedPipeline, from source: ModelSource) throws {
    try models.add(ServedModel(pipeline.name, from: source, pipeline))
  }

  /// A known model, or a new one of the repository.
  func model(named name: String) async throws -> ServedModel {
    if let model = models[name] { return model }
    guard let repository else { throw RepositoryError.unknown(name, repository: nil) }
    _ = try await onOwnThread { try repository.versions(of: name) }
    let model = ServedModel(name, from: .repository(repository))
    try models.add(model)
    return model
  }

  /// Maximum lines about entries ignored in a repository.
  private static let longestWarning = 20
  /// Versions of a model that are tried until one works.
  private static let maximumAttempts = 10

  /// Loads a model's highest version. If that fails, the served version stays; if none is served, the highest
  /// version that works is served.
  ///
  /// - Returns: the pipeline that was served before.
  /// - Throws: `LoadFailure` if the highest version fails; an error of the repository.
  func load(_ model: ServedModel) async throws -> HostedPipeline? {
    let (name, source) = (model.name, model.source)
    var failures: [Int: String] = [:]
    // The attempts are bounded, in case no version works.
    for version in try await onOwnThread({ try source.versions(of: name) }).prefix(Self.maximumAttempts) {
      do {
        let reference = try await onOwnThread { try source.reference(of: name, version: version) }
        let pipeline = try await loader.load(reference, named: name, version: version)
        noteEnd(of: model)
        let replaced = model.replace(by: pipeline, failures: failures)
        if failures.isEmpty { return replaced }
        break
      } catch {
        failures[version] = "\(error)"
        if model.pipeline != nil { break }
      }
    }
    model.keep(failures: failures)
    guard let (version, reason) = failures.max(by: { $0.key < $1.key }) else { return nil }
    throw LoadFailure(
      model: name, version: version, reason: reason, served: model.pipeline?.version)
  }
}
