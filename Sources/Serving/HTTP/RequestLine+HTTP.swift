import Basics
import HTTPTypes

extension RequestLine {
  /// - Parameter request: `nil` for input that was no request.
  init(_ request: HTTPRequest?, _ failure: HTTPFailure) {
    self.init(request, failure.status, failure.headers)
    reason = failure.message
  }

  init(_ request: HTTPRequest?, _ answer: ServerResponse) {
    self.init(request, answer.status, answer.headers)
  }

  private init(_ request: HTTPRequest?, _ status: HTTPResponse.Status, _ headers: HTTPFields) {
    self.init(request: Self.name(request), status: "\(status.code)")
    let parts = (request?.path?.prefix { $0 != "?" } ?? "").split(separator: "/")
    if parts.starts(with: ["v2", "models"]), parts.count > 2 {
      model = PipelineRoutes.decoded(String(parts[2])).printable(atMost: String.longestName)
    }
    trace = headers[.traceParent].flatMap { TraceContext(parent: $0)?.trace.text }
  }
}

extension HTTPResponse.Status {
  var logLevel: ServerLog.Level {
    switch kind {
    case .serverError: self == .serviceUnavailable || self == .gatewayTimeout ? .warning : .error
    case .clientError: .info
    default: .debug
    }
  }
}
