import Basics
import NIOCore

/// What a client wants of the model repository, in JSON.
struct RepositoryRequest: Sendable {
  /// Of an index: nothing but what is served.
  var onlyReady = false

  /// A request has a few words; what is longer brings a model along, which isn't supported.
  private static let largestBody = 64 << 10

  /// Reads `{"ready":true}` or `{"parameters":{…}}`. An empty body asks for nothing special.
  ///
  /// - Throws: `RequestFailure`; `InferenceRequestError`.
  init(_ body: ByteBuffer) throws {
    guard body.readableBytes <= Self.largestBody else {
      throw RequestFailure(
        .tooLarge,
        "a request to the repository may have \(Self.largestBody) bytes; models are not sent, but put into the repository"
      )
    }
    guard body.readableBytes > 0 else { return }
    do {
      try body.withUnsafeReadableBytes { bytes in
        var reader = JSONReader(bytes)
        try reader.object { reader, key in
          switch key {
          case "ready": onlyReady = try reader.boolean()
          case "parameters":
            try reader.object { reader, key in
              try Self.check(parameter: key.string)
              try reader.skip()
            }
          default: try reader.skip()
          }
        }
        try reader.end()
      }
    } catch let error as JSONError {
      throw InferenceRequestError.malformed(
        "the body is not valid: \(error.reason), at byte \(error.position); send {} or nothing")
    }
  }

  /// - Throws: `InferenceRequestError` for what would change how a model is loaded.
  static func check(parameter: String) throws {
    guard parameter != "config", !parameter.hasPrefix("file:") else {
      throw InferenceRequestError.malformed(
        "the parameter '\(parameter)' is not supported: models are loaded as they are in the repository; change them there"
      )
    }
  }
}
