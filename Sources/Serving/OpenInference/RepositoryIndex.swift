import Basics

/// The index of the model repository, by the protocol's extension.
struct RepositoryIndex: Sendable {
  struct Entry: Sendable, Equatable {
    let name: String
    var version: Int?
    let isReady: Bool
    /// The reason why it is not ready, or could not be loaded again.
    var reason: String?

    var state: String { isReady ? "READY" : "UNAVAILABLE" }
  }

  let entries: [Entry]

  func json() -> String {
    var json = JSONText(capacity: 128 * (entries.count + 1))
    json.array { json in
      for entry in entries {
        json.object { json in
          json.value("name", entry.name)
          if let version = entry.version { json.value("version", "\(version)") }
          json.value("state", entry.state)
          if let reason = entry.reason { json.value("reason", reason) }
        }
      }
    }
    return json.text
  }
}
