import Testing

@testable import Serving

@Suite struct RequestTermsTests {
  @Test func ofAQuery() throws {
    #expect(try RequestOptions(query: "") == RequestOptions())
    #expect(
      try RequestOptions(query: "priority=3&timeout_us=500") == RequestOptions(priority: 3, timeout: 500_000))
    #expect(try RequestOptions(query: "timeout_us=0") == RequestOptions())
  }

  @Test(
    arguments: [
      ("priority=1001", .unprocessable), ("priority", .unprocessable), ("priority=-1", .unprocessable),
      ("timeout_us=86400000001", .unprocessable), ("timeout_us=x", .unprocessable), ("seconds=1", .invalid),
    ] as [(String, RequestFailure.Kind)])
  func wrongOnes(query: String, kind: RequestFailure.Kind) throws {
    let failure = try #require(throws: RequestFailure.self) { try RequestOptions(query: query[...]) }
    #expect(failure.kind == kind)
  }
}
