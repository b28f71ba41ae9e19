import Basics
import Dataflow
import HTTPTypes
import NIOCore
import Testing

@testable import Serving

@Suite struct RepositoryRequestTests {
  private func request(_ text: String) throws -> RepositoryRequest {
    try RepositoryRequest(ByteBuffer(string: text))
  }

  @Test func bodies() throws {
    for text in ["", "{}", #"{"ready":false}"#, #"{"parameters":{"unload_dependents":true}}"#, #"{"x":[1]}"#]
    {
      #expect(try !request(text).onlyReady)
    }
    #expect(try request(#" {"ready" : true} "#).onlyReady)
  }

  @Test(arguments: ["[]", "{", #"{"ready":1}"#, #"{"ready":true}x"#, #"{"parameters":1}"#, "\0"])
  func malformedBodies(text: String) throws {
    let error = try #require(throws: InferenceRequestError.self) { try request(text) }
    #expect(RequestFailure(error).kind == .invalid)
  }

  @Test(arguments: ["config", "file:1/model.onnx"]) func modelsAreNotSent(parameter: String) throws {
    let error = try #require(throws: InferenceRequestError.self) {
      try request(#"{"parameters":{"\#(parameter)":"x"}}"#)
    }
    #expect("\(error)".contains(parameter) && RequestFailure(error).kind == .invalid)
    let large = try #require(throws: RequestFailure.self) {
      try request(String(repeating: " ", count: 65_537))
    }
    #expect(large.kind == .tooLarge)
  }

  @Test func indexAsJSON() {
    let index = RepositoryIndex(entries: [
      RepositoryIndex.Entry(name: "a", version: 2, isReady: true),
      RepositoryIndex.Entry(name: "b", version: 1, isReady: false, reason: "say \"why\""),
    ])
    #expect(
      index.json()
        == #"[{"name":"a","version":"2","state":"READY"},{"name":"b","version":"1","state":"UNAVAILABLE","reason":"say \"why\""}]"#
    )
  }
}
