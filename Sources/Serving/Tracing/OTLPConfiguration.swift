import Foundation

/// The destination of spans, by OpenTelemetry's protocol over HTTP.
public struct OTLPConfiguration: Sendable, Hashable {
  /// The whole URL that spans are posted to.
  public let traces: String
  /// The server's name in traces.
  public let service: String
  /// Sent with every export.
  public let headers: [Header]

  /// A header of each export, such as one with a token.
  public struct Header: Sendable, Hashable {
    public let name, value: String
  }

  /// - Parameters:
  ///   - endpoint: the command line's; by default, OpenTelemetry's environment variables decide.
  /// - Returns: `nil` where nothing is configured.
  /// - Throws: `OTLPConfigurationError`.
  public init?(endpoint: String?, environment: [String: String]) throws {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let base = endpoint ?? variable("OTEL_EXPORTER_OTLP_ENDPOINT")
    let own = endpoint == nil ? variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : nil
    guard let text = own ?? base.map({ ($0.hasSuffix("/") ? $0 : $0 + "/") + "v1/traces" }) else {
      return nil
    }
    let given = own ?? base ?? ""
    guard let url = URLComponents(string: given), ["http", "https"].contains(url.scheme?.lowercased()),
      url.host?.isEmpty == false
    else { throw OTLPConfigurationError.endpoint(given) }
    traces = text
    service = variable("OTEL_SERVICE_NAME") ?? "drivetrain"
    headers = try Self.headers(
      variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? variable("OTEL_EXPORTER_OTLP_HEADERS") ?? "")
  }

  /// `name=value,name=value`, where values may have escapes as in URLs.
  private static func headers(_ text: String) throws -> [Header] {
    try text.split(separator: ",").map { entry in
      let parts = entry.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, !parts[0].isEmpty, let value = parts[1].removingPercentEncoding,
        (parts[0] + value).utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }),
        !parts[0].contains(where: { " :".contains($0) })
      else { throw OTLPConfigurationError.headers }
      return Header(name: parts[0], value: value)
    }
  }
}

/// An error: spans can't be exported as configured.
public enum OTLPConfigurationError: Error, Equatable, CustomStringConvertible {
  case endpoint(String)
  /// Their text is not repeated: it may be secret.
  case headers

  public var description: String {
    switch self {
    case .endpoint(let text):
      "the OTLP endpoint '\(text)' is no URL; give one such as http://localhost:4318"
    case .headers: "OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE,NAME=VALUE"
    }
  }
}
