import Foundation
import Testing

@testable import Serving

@Suite struct MultipartFormTests {
  private func file(
    _ body: String, type: String = "multipart/form-data; boundary=xyz"
  ) throws -> String? {
    let data = Data(body.utf8)
    guard let form = try MultipartForm(contentType: type) else { return nil }
    return try data.withUnsafeBytes { String(decoding: $0[try form.file(in: $0)], as: UTF8.self) }
  }

  private func part(_ content: String, _ head: String = "Content-Disposition: form-data; name=\"f\"\r\n")
    -> String
  {
    "--xyz\r\n\(head)\r\n\(content)\r\n"
  }

  @Test(arguments: ["", "image", "\r\n", "\r\n--xy\r\n--", "--xyz", "a\r\n\r\nb"]) func oneFile(
    content: String
  ) throws {
    #expect(try file(part(content) + "--xyz--\r\n") == content)
    #expect(try file(part(content) + "--xyz--") == content)
  }

  @Test func boundaries() throws {
    let body = part("image") + "--xyz--\r\n"
    #expect(try file(body, type: "Multipart/Form-Data ;charset=x; Boundary=\"xyz\"") == "image")
    #expect(try file(body, type: "image/jpeg") == nil)
    for type in [
      "", "; boundary=", "; boundary=\"", "; boundary=\"\"",
      "; boundary=\(String(repeating: "x", count: 71))",
    ] {
      #expect(throws: RequestFailure.self, "\(type)") { try file(body, type: "multipart/form-data" + type) }
    }
  }

  @Test func whatIsNone() throws {
    let whole = part("image") + "--xyz--\r\n"
    for body in [
      "", "image", "preamble\r\n" + whole, whole + "x", part("image"), part("image") + "--xyz",
      part("image") + "--xyz-",
      part("image") + "--xyzz--", part("image", "") + "--xyz--",
      part("image", "Content-Type: image/jpeg\r\n") + "--xyz--",
      part("image", "X: \(String(repeating: "x", count: 10_000))\r\n") + "--xyz--", "--xyz\r\n",
      "--xyz\r\n\r\n",
    ] {
      let error = try #require(throws: RequestFailure.self, "\(body)") { try file(body) }
      #expect(error.kind == .invalid, "\(body): \(error.message)")
    }
    for length in 0..<(whole.utf8.count - 2) {
      #expect(throws: RequestFailure.self) {
        try file(String(decoding: whole.utf8.prefix(length), as: UTF8.self))
      }
    }
  }

  @Test func otherThanOneFile() throws {
    let two = try #require(throws: RequestFailure.self) { try file(part("a") + part("b") + "--xyz--") }
    #expect(two.kind == .unprocessable && two.message.contains("several parts"))
    let no = try #require(throws: RequestFailure.self) { try file("--xyz--\r\n") }
    #expect(no.kind == .unprocessable && no.message.contains("no file"))
    let encoded = try #require(throws: RequestFailure.self) {
      try file(
        part("a", "Content-Disposition: form-data\r\nContent-Transfer-Encoding: base64\r\n") + "--xyz--")
    }
    #expect(encoded.kind == .unsupportedType)
  }
}
