import Basics

/// A model under the name that clients use, with its loaded version, if any.
///
/// Any thread may read it; only the host changes it, one change at a time.
final class ServedModel: Sendable {
  private struct State {
    var pipeline: HostedPipeline?
    /// The version that was loaded last.
    var version: Int?
    /// The versions whose last load failed, with the reason.
    var failures: [Int: String] = [:]
  }

  let name: String
  let source: ModelSource
  private let state: Locked<State>

  init(_ name: String, from source: ModelSource, _ pipeline: HostedPipeline? = nil) {
    self.name = name
    self.source = source
    state = Locked(State(pipeline: pipeline, version: pipeline?.version))
  }

  /// The served pipeline; `nil` if the model is not loaded.
  var pipeline: HostedPipeline? { state.withLock { $0.pipeline } }

  /// Serves another pipeline from now on.
  ///
  /// - Parameter failures: versions above it, with the reasons why they are not served.
  /// - Returns: the pipeline that was served.
  func replace(by pipeline: HostedPipeline, failures: [Int: String]) -> HostedPipeline? {
    state.withLock { state in
      defer { state = State(pipeline: pipeline, version: pipeline.version, failures: failures) }
      return state.pipeline
    }
  }

  /// Keeps the served pipeline.
  func keep(failures: [Int: String]) { state.withLock { $0.failures = failures } }

  /// Serves nothing from now on.
  ///
  /// - Returns: the pipeline that was served.
  func unload() -> HostedPipeline? {
    state.withLock { state in
      defer { state = State(version: state.version) }
      return state.pipeline
    }
  }

  /// The model's entries in the repository's index.
  var entries: [RepositoryIndex.Entry] {
    let state = state.withLock { $0 }
    var entries = state.failures.filter { $0.key != state.pipeline?.version }.map { version, reason in
      RepositoryIndex.Entry(name: name, version: version, isReady: false, reason: reason)
    }
    if let pipeline = state.pipeline {
      // A failed reload leaves the model served.
      entries.append(
        RepositoryIndex.Entry(
          name: name, version: pipeline.version, isReady: true, reason: state.failures[pipeline.version]))
    } else if entries.isEmpty {
      entries.append(
        RepositoryIndex.Entry(name: name, version: state.version, isReady: false, reason: "unloaded"))
    }
    return entries
  }
}
