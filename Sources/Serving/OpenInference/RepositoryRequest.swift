import Basics
import NIOCore

/// A client's request about the model repository, in JSON.
struct RepositoryRequest: Sendable {
  /// Whether an index lists served models only.
  var onlyReady = false

  /// Maximum bytes of a body; a longer one brings a model along, which isn't supported.
  private static let largestBody = 64 << 10

  /// Reads `{"ready":true}` or `{"parameters":{…}}`. An empty body has no options.
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

  /// - Throws: `InferenceRequestError` for a parameter that would change how a model is loaded.
  static func check(parameter: String) throws {
    guard parameter != "config", !parameter.hasPrefix("file:") else {
      throw InferenceRequestError.malformed(
        "the parameter '\(parameter)' is not supported: models are loaded as they are in the repository; change them there"
      )
    }
  }
}
