import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The failure of a request: a status, and a message with the reason.
struct HTTPFailure: Error {
  let status: HTTPResponse.Status
  let message: String
  var headers: HTTPFields

  init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
    self.status = status
    self.message = message
    self.headers = headers
  }

  init(_ failure: RequestFailure) {
    self.init(HTTPResponse.Status(failure.kind), failure.message)
    if let seconds = failure.retryAfter { headers[.retryAfter] = "\(seconds)" }
    if failure.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
  }

  /// The failure for an error thrown anywhere below.
  init(_ error: any Error) {
    switch error {
    case let failure as HTTPFailure: self = failure
    case HTTPParserError.headerOverflow:
      self.init(.requestHeaderFieldsTooLarge, "the headers are too large")
    case is HTTPParserError, is HTTP1TypeConversionError:
      self.init(.badRequest, "the request is not valid HTTP")
    default: self.init(RequestFailure(error))
    }
  }

  var answer: ServerResponse { ServerResponse(status, headers: headers, json: ["error": message]) }
}

extension HTTPResponse.Status {
  init(_ kind: RequestFailure.Kind) {
    self =
      switch kind {
      case .invalid: .badRequest
      case .unprocessable: .unprocessableContent
      case .unsupportedType: .unsupportedMediaType
      case .tooLarge: .contentTooLarge
      case .tooSlow: .requestTimeout
      case .unauthenticated: .unauthorized
      case .notFound: .notFound
      case .conflict: .conflict
      case .overloaded, .unavailable, .outOfMemory, .cancelled: .serviceUnavailable
      case .expired: .gatewayTimeout
      case .internal: .internalServerError
      }
  }
}
