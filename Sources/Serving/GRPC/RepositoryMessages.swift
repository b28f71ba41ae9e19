import Basics
import NIOCore

/// The calls about the model repository, as protocol buffers.
enum RepositoryMessages {
  private typealias Change =
    @Sendable (ModelHost, String, @escaping @Sendable (Result<Void, any Error>) -> Void) throws -> Void

  static func index(_ host: ModelHost) -> InferenceService.Method {
    InferenceService.Method(
      body: .later { message, _, reply in
        try host.readIndex(onlyReady: try onlyReady(message)) { result in
          reply { UnwrittenResponse(try result.get().message()) }
        }
        return Uncancellable()
      })
  }

  static func load(_ host: ModelHost) -> InferenceService.Method {
    change(host) { try $0.load($1, reply: $2) }
  }

  static func unload(_ host: ModelHost) -> InferenceService.Method {
    change(host) { try $0.unload($1, reply: $2) }
  }

  private static func change(_ host: ModelHost, _ change: @escaping Change) -> InferenceService.Method {
    InferenceService.Method(
      body: .later { message, _, reply in
        try change(host, try name(message)) { result in
          reply {
            try result.get()
            return UnwrittenResponse([])
          }
        }
        return Uncancellable()
      })
  }

  /// The option of a `RepositoryIndexRequest`.
  private static func onlyReady(_ message: ByteBuffer) throws -> Bool {
    var onlyReady = false
    try message.forEachField { field in
      switch field.number {
      case ProtocolFields.RepositoryIndex.repository: _ = try field.text()
      case ProtocolFields.RepositoryIndex.ready: onlyReady = try field.integer() != 0
      default: break
      }
    }
    return onlyReady
  }

  /// The model's name in a `RepositoryModelLoadRequest` or `RepositoryModelUnloadRequest`.
  private static func name(_ message: ByteBuffer) throws -> String {
    var name = ""
    try message.forEachField { field in
      switch field.number {
      case ProtocolFields.RepositoryChange.repository: _ = try field.text()
      case ProtocolFields.RepositoryChange.model: name = try field.text()
      case ProtocolFields.RepositoryChange.parameters:
        try RepositoryRequest.check(parameter: try key(of: field.message(maximumFields: 16)))
      default: break
      }
    }
    return name
  }

  /// The key of a map's entry.
  private static func key(of entry: ProtobufReader) throws -> String {
    var (entry, key) = (entry, "")
    while let field = try entry.next() {
      switch field.number {
      case ProtocolFields.MapEntry.key: key = try field.text()
      case ProtocolFields.MapEntry.value: _ = try field.bytes()
      default: break
      }
    }
    return key
  }
}

extension RepositoryIndex {
  /// A `RepositoryIndexResponse`.
  fileprivate func message() -> [UInt8] {
    typealias Index = ProtocolFields.RepositoryIndex
    return ServerMessages.build { message in
      for entry in entries {
        message.add(Index.models) { model in
          model.add(Index.name, entry.name)
          if let version = entry.version { model.add(Index.version, "\(version)") }
          model.add(Index.state, entry.state)
          if let reason = entry.reason { model.add(Index.reason, reason) }
        }
      }
    }
  }
}
