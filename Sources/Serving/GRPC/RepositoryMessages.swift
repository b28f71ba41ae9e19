import Dataflow
import NIOCore

/// The calls about the model repository, as protocol buffers.
enum RepositoryMessages {
  private typealias Change =
    @Sendable (ModelHost, String, @escaping @Sendable (Result<Void, any Error>) -> Void) throws -> Void

  static func index(_ host: ModelHost) -> InferenceService.Method {
    InferenceService.Method(
      body: .later { message, _, reply in
        let onlyReady = message.withUnsafeReadableBytes { ProtobufReader($0).number(2) == 1 }
        try host.readIndex(onlyReady: onlyReady) { result in reply { try result.get().message() } }
        return Unstoppable()
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
            return []
          }
        }
        return Unstoppable()
      })
  }

  private static func name(_ message: ByteBuffer) throws -> String {
    try message.withUnsafeReadableBytes { bytes in
      let reader = ProtobufReader(bytes)
      guard reader.isWhole else { throw GRPCStatus(.invalidArgument, "the message is not valid") }
      for entry in reader.all(3) {
        try RepositoryRequest.check(parameter: ProtobufReader(entry).text(1) ?? "")
      }
      return reader.text(2) ?? ""
    }
  }
}

extension RepositoryIndex {
  /// A `RepositoryIndexResponse`.
  fileprivate func message() -> [UInt8] {
    ServerMessages.build { message in
      for entry in entries {
        message.add(1) { model in
          model.add(1, entry.name)
          if let version = entry.version { model.add(2, "\(version)") }
          model.add(3, entry.state)
          if let reason = entry.reason { model.add(4, reason) }
        }
      }
    }
  }
}
