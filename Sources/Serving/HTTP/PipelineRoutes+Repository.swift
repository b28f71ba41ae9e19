import HTTPTypes
import NIOCore

extension PipelineRoutes {
  /// `GET /v2/models`: the repository's index.
  func list() -> Route {
    .body { [host] _, reply in
      try host.readIndex(onlyReady: false) { result in
        reply { UnwrittenResponse(ServerResponse(json: "{\"models\":\(try result.get().json())}")) }
      }
      return Uncancellable()
    }
  }

  /// `index`, `models/NAME/load` or `models/NAME/unload`: the protocol's model repository extension.
  ///
  /// - Returns: `nil` for any other path.
  func repository(_ parts: [String]) -> Route? {
    switch (parts.first, parts.count, parts.last) {
    case ("index", 1, _):
      return .body { [host] body, reply in
        try host.readIndex(onlyReady: RepositoryRequest(body).onlyReady) { result in
          reply { UnwrittenResponse(ServerResponse(json: try result.get().json())) }
        }
        return Uncancellable()
      }
    case ("models", 3, "load"): return change(Self.decoded(parts[1])) { try $0.load($1, reply: $2) }
    case ("models", 3, "unload"): return change(Self.decoded(parts[1])) { try $0.unload($1, reply: $2) }
    default: return nil
    }
  }

  private func change(
    _ name: String,
    _ change:
      @escaping @Sendable (
        ModelHost, String, @escaping @Sendable (Result<Void, any Error>) -> Void
      ) throws -> Void
  ) -> Route {
    .body { [host] body, reply in
      _ = try RepositoryRequest(body)
      try change(host, name) { result in
        reply {
          try result.get()
          return UnwrittenResponse(ServerResponse(json: "{}"))
        }
      }
      return Uncancellable()
    }
  }
}
