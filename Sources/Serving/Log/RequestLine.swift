import Basics
import Dataflow
import HTTPTypes
import Vision

/// What the log says of one request.
struct RequestLine: Sendable {
  /// Such as `POST /v2/models/classify/infer`, or a call of gRPC.
  var request: String
  var model: String?
  /// HTTP's number, or gRPC's name.
  var status: String
  var reason: String?
  /// Of the trace that it belongs to.
  var trace: String?

  var text: String {
    let details = [request, trace.map { "trace \($0)" }].compactMap(\.self).joined(separator: ", ")
    return [model ?? "-", status, reason ?? "", "(\(details))"].filter { !$0.isEmpty }.joined(separator: " ")
  }

  func write(to json: inout JSONText) {
    json.value("request", request)
    if let model { json.value("model", model) }
    if let number = Int(status) { json.value("status", number) } else { json.value("status", status) }
    if let reason { json.value("reason", reason) }
    if let trace { json.value("trace_id", trace) }
  }
}

extension RequestLine {
  /// - Parameter request: `nil` for what was none.
  init(_ request: HTTPRequest?, _ failure: HTTPFailure) {
    self.init(request, failure.status, failure.headers)
    reason = failure.message
  }

  init(_ request: HTTPRequest?, _ answer: HTTPAnswer) { self.init(request, answer.status, answer.headers) }

  private init(_ request: HTTPRequest?, _ status: HTTPResponse.Status, _ headers: HTTPFields) {
    self.init(request: Self.name(request), status: "\(status.code)")
    let parts = (request?.path?.prefix { $0 != "?" } ?? "").split(separator: "/")
    if parts.starts(with: ["v2", "models"]), parts.count > 2 {
      model = PipelineRoutes.decoded(String(parts[2])).printable(atMost: String.longestName)
    }
    trace = headers[.traceParent].flatMap { TraceContext(parent: $0)?.trace.text }
  }

  init(_ call: HTTPRequest?, _ status: GRPCStatus) {
    self.init(
      request: Self.name(call), model: status.model?.printable(atMost: String.longestName),
      status: status.code.name, reason: status.code == .ok ? nil : status.message, trace: status.trace)
  }

  private static func name(_ request: HTTPRequest?) -> String {
    guard let request else { return "no request" }
    return "\(request.method.rawValue) \(request.path ?? "")".printable(atMost: 200)
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

extension GRPCStatus.Code {
  var logLevel: ServerLog.Level {
    switch self {
    case .ok: .debug
    case .internal: .error
    case .unavailable, .resourceExhausted, .deadlineExceeded: .warning
    case .invalidArgument, .notFound, .unimplemented, .unauthenticated: .info
    }
  }
}
