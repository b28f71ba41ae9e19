import HTTPTypes

extension Tracer {
  /// By the headers of W3C's Trace Context.
  func span(of request: HTTPRequest) -> RequestSpan? {
    span(parent: request.headerFields[.traceParent], state: request.headerFields[.traceState])
  }
}

extension RequestSpan {
  func add(to headers: inout HTTPFields) {
    headers[.traceParent] = context.parent
    if !context.state.isEmpty { headers[.traceState] = context.state }
  }
}

extension HTTPField.Name {
  static let traceParent = HTTPField.Name("traceparent")!
  static let traceState = HTTPField.Name("tracestate")!
}
