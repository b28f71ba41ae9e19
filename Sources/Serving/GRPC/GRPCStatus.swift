import Basics
import HTTPTypes

/// The status with which a call ended.
struct GRPCStatus: Error, Equatable {
  /// Source: gRPC documentation, *Status codes and their use in gRPC*.
  enum Code: Int {
    case ok = 0
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case resourceExhausted = 8
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case unauthenticated = 16

    /// The code's name in gRPC, such as `NOT_FOUND`.
    var name: String {
      "\(self)".reduce(into: "") { name, letter in
        if letter.isUppercase { name.append("_") }
        name += letter.uppercased()
      }
    }
  }

  let code: Code
  var message = ""
  /// The request's model and trace, as far as they are known, for the log.
  var model: String?
  var trace: String?

  init(_ code: Code, _ message: String = "") {
    self.code = code
    self.message = message
  }

  /// The status for an error thrown anywhere below.
  init(_ error: any Error) {
    if let status = error as? GRPCStatus {
      self = status
    } else {
      let failure = RequestFailure(error)
      self.init(Code(failure.kind), failure.message)
    }
  }

  /// The same status with the request's model.
  func of(_ model: String, _ span: RequestSpan?) -> GRPCStatus {
    var status = self
    status.model = model
    status.trace = span?.context.trace.text
    return status
  }

  /// The call's trailers.
  var trailers: HTTPFields {
    var fields = HTTPFields()
    fields[.grpcStatus] = "\(code.rawValue)"
    // A text too long for a frame would end the whole connection.
    let text = String(String.UnicodeScalarView(message.unicodeScalars.prefix(1000)))
    if !text.isEmpty { fields[.grpcMessage] = Self.percentEncoded(text) }
    return fields
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = text.utf8.flatMap { byte in
      (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%")
        ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension GRPCStatus.Code {
  init(_ kind: RequestFailure.Kind) {
    switch kind {
    case .invalid, .unprocessable, .unsupportedType, .conflict: self = .invalidArgument
    case .tooLarge, .overloaded: self = .resourceExhausted
    case .tooSlow, .expired: self = .deadlineExceeded
    case .unauthenticated: self = .unauthenticated
    case .notFound: self = .notFound
    case .unavailable, .outOfMemory, .cancelled: self = .unavailable
    case .internal: self = .internal
    }
  }

  var logLevel: ServerLog.Level {
    switch self {
    case .ok: .debug
    case .internal: .error
    case .unavailable, .resourceExhausted, .deadlineExceeded: .warning
    case .invalidArgument, .notFound, .unimplemented, .unauthenticated: .info
    }
  }
}

extension RequestLine {
  init(_ call: HTTPRequest?, _ status: GRPCStatus) {
    self.init(
      request: Self.name(call), model: status.model?.printable(atMost: String.longestName),
      status: status.code.name, reason: status.code == .ok ? nil : status.message, trace: status.trace)
  }
}

extension HTTPField.Name {
  static let grpcStatus = HTTPField.Name("grpc-status")!
  static let grpcMessage = HTTPField.Name("grpc-message")!
  static let grpcTimeout = HTTPField.Name("grpc-timeout")!
  static let grpcEncoding = HTTPField.Name("grpc-encoding")!
  static let grpcAcceptEncoding = HTTPField.Name("grpc-accept-encoding")!
}
