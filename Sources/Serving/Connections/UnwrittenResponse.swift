import NIOCore

/// A response that is still to be written, with its maximum size in bytes.
struct UnwrittenResponse<Written: Sendable>: Sendable {
  let maximumBytes: Int
  /// Whether writing it may take seconds, as drawing a picture does.
  var isSlow = false
  /// How the client gets a smaller one.
  var advice = ResponseAdvice.rows
  /// The size of the written response, bytes.
  let size: @Sendable (Written) -> Int
  let write: @Sendable () throws -> Written
}

extension UnwrittenResponse<ByteBuffer> {
  init(maximumBytes: Int, write: @escaping @Sendable () throws -> ByteBuffer) {
    self.init(maximumBytes: maximumBytes, size: { $0.readableBytes }, write: write)
  }

  /// A response that is already written.
  init(_ message: [UInt8]) {
    self.init(maximumBytes: message.count) { ByteBuffer(bytes: message) }
  }
}

/// How clients get smaller responses.
enum ResponseAdvice {
  static let rows = "ask for fewer rows or outputs, or for binary data"
  static let map =
    "accept image/jpeg, send a smaller photograph, or write 'output_size: network' in the pipeline's file"
  static let picture = "accept image/jpeg or application/json, or send a smaller photograph"
}
