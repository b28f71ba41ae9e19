import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Serving

@Suite struct CrossOriginPolicyTests {
  private func request(_ method: HTTPRequest.Method, _ fields: HTTPFields) -> HTTPRequest {
    HTTPRequest(method: method, scheme: nil, authority: nil, path: "/v2", headerFields: fields)
  }

  @Test(arguments: [
    "https://a.example", "HTTPS://A.example:443", "http://b.example:80", "http://[::1]:3000", "*",
  ])
  func origins(text: String) throws {
    #expect(throws: Never.self) { try CrossOriginPolicy([text]) }
  }

  @Test(arguments: [
    "", "null", "example.org", "https://", "https://a.example/", "https://a.example/x", "https://a b",
    "ftp://a.example",
    "https://a.example:0", "https://a.example:99999", "https://u@a.example", "https://*.example",
    "https://a\r\nX: y",
  ])
  func noOrigins(text: String) {
    #expect(throws: OriginError(origin: text)) { try CrossOriginPolicy(["https://a.example", text]) }
  }

  @Test func whoMayRead() throws {
    let some = try CrossOriginPolicy(["https://A.example:443", "http://localhost:3000"])
    for origin in ["https://a.example", "http://localhost:3000"] {
      #expect(some.headers(for: origin)[.accessControlAllowOrigin] == origin)
    }
    for origin in [
      "http://a.example", "https://a.example:443", "https://b.a.example", "http://localhost", "null", "*",
      nil,
    ] {
      #expect(some.headers(for: origin) == [.vary: "Origin"])
    }
    #expect(try CrossOriginPolicy(["*"]).headers(for: "null")[.accessControlAllowOrigin] == "*")
  }

  @Test func preflights() throws {
    let policy = try CrossOriginPolicy(["https://a.example"])
    let asked: HTTPFields = [.origin: "https://a.example", .accessControlRequestMethod: "POST"]
    let answer = try #require(policy.preflight(request(.options, asked)))
    #expect(answer.status == .noContent && answer.body.readableBytes == 0)
    #expect(answer.headers[.accessControlAllowMethods]?.contains("POST") == true)
    #expect(answer.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
    #expect(answer.headers[.accessControlMaxAge] != nil)
    #expect(policy.preflight(request(.get, asked)) == nil)
    #expect(policy.preflight(request(.options, [.origin: "https://a.example"])) == nil)
    #expect(
      policy.preflight(
        request(.options, [.origin: "https://b.example", .accessControlRequestMethod: "POST"])) == nil)
  }

  /// Of every answer, once, and by the origin of its own request.
  @Test func everyAnswer() throws {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(
      CrossOriginHandler(try CrossOriginPolicy(["https://a.example"])))
    func answer(_ status: HTTPResponse.Status) throws -> HTTPFields {
      try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: status)))
      guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self) else { return [:] }
      return head.headerFields
    }
    try channel.writeInbound(HTTPRequestPart.head(request(.get, [.origin: "https://a.example"])))
    #expect(try answer(.continue) == [:])
    #expect(try answer(.notFound)[.accessControlAllowOrigin] == "https://a.example")
    // What is no request has no origin.
    #expect(try answer(.badRequest) == [.vary: "Origin"])
    try channel.writeInbound(HTTPRequestPart.head(request(.get, [:])))
    #expect(try answer(.ok) == [.vary: "Origin"])
  }
}
