import Basics
import HTTPTypes

/// The log's entry about one request.
struct RequestLine: Sendable {
  /// The request, such as `POST /v2/models/classify/infer`, or a call of gRPC.
  var request: String
  var model: String?
  /// HTTP's number, or gRPC's name.
  var status: String
  var reason: String?
  /// The trace that it belongs to.
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

  static func name(_ request: HTTPRequest?) -> String {
    guard let request else { return "no request" }
    return "\(request.method.rawValue) \(request.path ?? "")".printable(atMost: 200)
  }
}
