import Basics
import Dataflow
import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Vision

/// A request that can't be answered: a status, and a message that says what and why.
struct HTTPFailure: Error {
  let status: HTTPResponse.Status
  let message: String
  var headers = HTTPFields()

  init(_ status: HTTPResponse.Status, _ message: String, retryAfterSeconds: Int? = nil) {
    self.status = status
    self.message = message
    if let retryAfterSeconds { headers[.retryAfter] = "\(retryAfterSeconds)" }
  }

  /// What an error thrown anywhere below means to the client.
  init(_ error: any Error) {
    switch error {
    case let failure as HTTPFailure: self = failure
    case AdmissionError.expired: self.init(.gatewayTimeout, "\(error)")
    case let error as AdmissionError:
      let seconds = Int((Double(error.retryAfter) / 1e9).rounded(.up))
      self.init(.serviceUnavailable, "\(error)", retryAfterSeconds: min(max(seconds, 1), 60))
    case let error as DeviceError where error.reason == .outOfMemory:
      self.init(.serviceUnavailable, "\(error)", retryAfterSeconds: 1)
    case ImageError.outOfMemory, EngineError.outOfMemory:
      self.init(.serviceUnavailable, "\(error)", retryAfterSeconds: 1)
    case EngineError.tooLarge, EngineError.wrongInputs: self.init(.unprocessableContent, "\(error)")
    case let error as RepositoryError: self.init(error.status, "\(error)")
    case is LoadFailure: self.init(.badRequest, "\(error)")
    case InferenceRequestError.malformed, is ProtobufError: self.init(.badRequest, "\(error)")
    case is InferenceRequestError, is OutputNotInJSON, is InferenceOnlyError:
      self.init(.unprocessableContent, "\(error)")
    case let error as ImageError: self.init(error.status, "\(error)")
    case RuntimeError.closed, is CancellationError:
      self.init(.serviceUnavailable, "the server is shutting down; try another", retryAfterSeconds: 1)
    case HTTPParserError.headerOverflow:
      self.init(.requestHeaderFieldsTooLarge, "the headers are too large")
    case let error as MalformedRequest: self.init(.badRequest, "the request is not valid: \(error.reason)")
    case is HTTPParserError, is HTTP1TypeConversionError:
      self.init(.badRequest, "the request is not valid HTTP")
    default: self.init(.internalServerError, "\(error)")
    }
  }

  var answer: HTTPAnswer { HTTPAnswer(status, headers: headers, json: ["error": message]) }
}

extension ImageError {
  /// 413 too large, 415 not an image, 422 an image that is not processed, 400 a damaged one; the rest is our fault.
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .empty, .truncated, .corrupt: .badRequest
    case .unknownFormat: .unsupportedMediaType
    case .tooManyBytes: .contentTooLarge
    case .tooManyPixels, .unsupported, .tooSlow: .unprocessableContent
    case .outOfMemory, .wrongRegion: .internalServerError
    }
  }
}
