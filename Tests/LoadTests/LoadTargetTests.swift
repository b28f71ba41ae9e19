import NIOHTTP1
import Testing

@testable import Load

@Suite struct LoadTargetTests {
  @Test(arguments: [
    ("http://127.0.0.1:8000/v2/models/classify", "127.0.0.1:8000", "/v2/models/classify/infer"),
    ("http://127.0.0.1:8000/v2/models/classify/", "127.0.0.1:8000", "/v2/models/classify/infer"),
    ("http://localhost:1/v2/models/a%20b/infer", "localhost:1", "/v2/models/a%20b/infer"),
    ("http://host/v2/models/a/versions/2", "host:80", "/v2/models/a/versions/2/infer"),
    ("http://[::1]:9/predict?x=1", "[::1]:9", "/predict?x=1"),
    ("http://127.0.0.1:8000", "127.0.0.1:8000", ""), ("HTTP://127.0.0.1:8000/", "127.0.0.1:8000", ""),
  ])
  func urls(url: String, authority: String, path: String) throws {
    let target = try LoadTarget(url)
    #expect(target.authority == authority && target.path == path && target.isComplete == !path.isEmpty)
  }

  @Test(arguments: [
    ("127.0.0.1:8000", "no URL"), ("classify", "no URL"), ("", "no URL"), ("http://", "no URL"),
    ("ftp://127.0.0.1/v2/models/a", "https:// are spoken"), ("http://127.0.0.1:99999", "port"),
    ("http://127.0.0.1:0", "port"),
  ])
  func mistakes(url: String, says: String) throws {
    let error = try #require(throws: LoadError.self) { try LoadTarget(url) }
    #expect(error.description.contains(says), "\(error)")
  }

  @Test func ofAModel() throws {
    let target = try LoadTarget("http://127.0.0.1:8000").model("a b/c")
    #expect(target.path == "/v2/models/a%20b%2Fc/infer")
    #expect(target.inferenceOnly(seconds: 2) == "/v2/models/a%20b%2Fc/inference-only?seconds=2.0")
    #expect(try LoadTarget("http://127.0.0.1:8000/predict").inferenceOnly(seconds: 2) == nil)
  }

  @Test func headers() throws {
    let target = try LoadTarget(
      "http://127.0.0.1/predict",
      headers: ["Authorization: Bearer a:b", "content-type:application/octet-stream"])
    let headers = target.head(target.path, contentType: "image/png", bytes: 7).headers
    #expect(
      headers["authorization"] == ["Bearer a:b"] && headers["content-type"] == ["application/octet-stream"])
    #expect(headers["content-length"] == ["7"] && headers["host"] == ["127.0.0.1:80"])
    for header in ["", "a", ":", ": b", "a b: c", "a: b\r\nc: d"] {
      #expect(throws: LoadError.self) { try LoadTarget("http://127.0.0.1/predict", headers: [header]) }
    }
  }
}
