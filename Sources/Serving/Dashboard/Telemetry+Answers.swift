import HTTPTypes
import NIOCore

extension Telemetry {
  /// The endpoints for observing the server: `/`, `/try`, `/metrics` and `/v2/live`.
  ///
  /// - Parameter path: its parts.
  /// - Returns: `nil` for any other path.
  func answer(_ path: [String], _ request: HTTPRequest) -> ServerResponse? {
    switch path {
    case []: return Dashboard.live.answer
    case ["try"]: return Dashboard.trial.answer
    case ["metrics"]:
      let format = MetricsText.Format(accept: request.headerFields[.accept])
      return ServerResponse(text: metrics.text(format), type: format.contentType)
    case ["v2", "live"]:
      let query = request.path?.split(separator: "?", maxSplits: 1).dropFirst().first
      return ServerResponse(json: LiveReport(metrics, query: query, failures: log.failures).json())
    default: return nil
    }
  }
}
