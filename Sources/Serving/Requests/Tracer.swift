/// Assigns spans to requests: it continues clients' traces, and begins traces where spans are exported.
struct Tracer: Sendable {
  /// The fraction, 0…1, of requests without a trace for which one is begun and recorded.
  var rate = 0.0

  /// - Parameters:
  ///   - parent: the request's `traceparent`.
  ///   - state: its `tracestate`.
  /// - Returns: the request's own span and its parent; `nil` without a trace.
  func span(parent: String?, state: String?) -> RequestSpan? {
    if let parent = parent.flatMap({ TraceContext(parent: $0, state: state) }) {
      return RequestSpan(context: parent.child(), parent: parent.span)
    }
    guard rate > 0, rate >= 1 || Double.random(in: 0..<1) < rate else { return nil }
    return RequestSpan(context: TraceContext(isSampled: true), parent: nil)
  }
}

/// A request's span, and its parent where that is a client's.
struct RequestSpan: Sendable, Hashable {
  let context: TraceContext
  let parent: TraceContext.SpanID?
}
