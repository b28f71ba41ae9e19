import Testing

@testable import Serving

@Suite struct RequestTermsTests {
  @Test func ofAQuery() throws {
    #expect(try RequestTerms(query: "") == RequestTerms())
    #expect(
      try RequestTerms(query: "priority=3&timeout_us=500") == RequestTerms(priority: 3, timeout: 500_000))
    #expect(try RequestTerms(query: "timeout_us=0") == RequestTerms())
  }

  @Test(
    arguments: [
      ("priority=1001", .unprocessable), ("priority", .unprocessable), ("priority=-1", .unprocessable),
      ("timeout_us=86400000001", .unprocessable), ("timeout_us=x", .unprocessable), ("seconds=1", .invalid),
    ] as [(String, RequestFailure.Kind)])
  func wrongOnes(query: String, kind: RequestFailure.Kind) throws {
    let failure = try #require(throws: RequestFailure.self) { try RequestTerms(query: query[...]) }
    #expect(failure.kind == kind)
  }
}
