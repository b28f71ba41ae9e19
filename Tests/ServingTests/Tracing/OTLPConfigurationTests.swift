import Testing

@testable import Serving

@Suite struct OTLPConfigurationTests {
  private func configuration(_ endpoint: String? = nil, _ environment: [String: String] = [:]) throws
    -> OTLPConfiguration?
  {
    try OTLPConfiguration(endpoint: endpoint, environment: environment)
  }

  @Test func whereSpansGo() throws {
    #expect(try configuration() == nil)
    #expect(try configuration("http://a:4318")?.traces == "http://a:4318/v1/traces")
    #expect(try configuration("https://a/x/")?.traces == "https://a/x/v1/traces")
    let both = [
      "OTEL_EXPORTER_OTLP_ENDPOINT": "http://b", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/t",
    ]
    #expect(try configuration(nil, both)?.traces == "http://c/t")
    #expect(try configuration("http://a", both)?.traces == "http://a/v1/traces")
    #expect(try configuration(nil, ["OTEL_EXPORTER_OTLP_ENDPOINT": ""]) == nil)
    let named = try configuration(
      "http://a",
      ["OTEL_SERVICE_NAME": "front", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20x, k=v"])
    #expect(named?.service == "front" && named?.headers.map(\.value) == ["Bearer x", "v"])
  }

  @Test(arguments: ["", "collector:4318", "ftp://a", "http://", "/v1"]) func noURL(endpoint: String) {
    #expect(throws: OTLPConfigurationError.endpoint(endpoint)) { try configuration(endpoint) }
  }

  @Test(arguments: ["x", "a:b=c", "a=%zz", "a=b%0d%0ac"]) func noHeaders(headers: String) {
    #expect(throws: OTLPConfigurationError.headers) {
      try configuration("http://a", ["OTEL_EXPORTER_OTLP_HEADERS": headers])
    }
  }
}
