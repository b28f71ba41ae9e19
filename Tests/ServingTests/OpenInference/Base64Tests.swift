import Foundation
import TestSupport
import Testing

@testable import Serving

@Suite struct Base64Tests {
  private func decode(_ text: String) -> Data? { Data(text.utf8).withUnsafeBytes(Base64.decode) }

  /// All lengths, in all forms.
  @Test func asFoundationWritesIt() {
    var random = SeededGenerator(seed: 1)
    for length in 0..<300 {
      let data = Data((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
      let text = data.base64EncodedString()
      let url = text.replacing("+", with: "-").replacing("/", with: "_")
      let lines = data.base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
      for form in [
        text, url, lines, url.replacing("=", with: ""), lines + "\r\n", "data:image/jpeg;base64," + text,
        "DATA:image/svg+xml;charset=utf-8;BASE64," + url, " " + text.map { "\($0)\n" }.joined(),
      ] {
        #expect(decode(form) == data, "\(form)")
      }
    }
  }

  @Test(arguments: [
    "A", "AAAAA", "AA=A", "AAA==", "A===", "====", "=", "AAAA=", "AA-!", "AAA\0", "Ä", "data:image/png,AAAA",
    "data:;base64", "data:;base64;x,AAAA",
  ])
  func whatIsNone(text: String) {
    #expect(decode(text) == nil)
  }

  /// Whatever the bytes are, nothing is written beyond the room for them.
  @Test func anyBytes() {
    var random = SeededGenerator(seed: 2)
    let alphabet = Array("ABab09+/-_= \r\n!".utf8)
    for length in 0..<2000 {
      let text = (0..<(length % 50)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let count = text.withUnsafeBytes { Base64.decode($0)?.count ?? 0 }
      #expect(count <= text.count / 4 * 3 + 2)
    }
  }
}
