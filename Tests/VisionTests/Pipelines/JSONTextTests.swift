import Basics
import Foundation
import Testing

@testable import Vision

@Suite struct JSONTextTests {
  private func written(_ body: (inout JSONText) -> Void) -> String {
    var json = JSONText(capacity: 0)
    json.array { body(&$0) }
    return json.text
  }

  /// Every character comes back, and what ends lines or orders terminals about is written as an escape.
  @Test func texts() throws {
    let scalars = (0...0x2FFF).compactMap(Unicode.Scalar.init) + ["\u{FFFD}", "\u{FEFF}", "\u{10FFFF}", "😀"]
    for scalar in scalars {
      let text = "a\(scalar)b"
      let json = written { $0.value(nil, text) }
      let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String]
      #expect(read == [text], "\(scalar.value)")
      #expect(json.utf8.count - 2 <= JSONText.maximumBytes(of: text))
      let isRaw = json.unicodeScalars.contains(scalar)
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      if isControl || scalar == "\u{2028}" || scalar == "\u{2029}" { #expect(!isRaw, "\(scalar.value)") }
    }
    // Half a character, which a file of labels may have.
    let half = String(decoding: [0x61, 0xED, 0xA0, 0x80] as [UInt8], as: UTF8.self)
    #expect(throws: Never.self) {
      try JSONSerialization.jsonObject(with: Data(written { $0.value(nil, half) }.utf8))
    }
  }

  @Test func numbers() throws {
    let floats: [Float] = [
      0, -0.0, 1, -1.1754944e-38, -3.4028235e38, 1.4e-45, .nan, .infinity, -.infinity, 0.1, 16_777_216,
      123_456_790,
    ]
    for number in floats {
      let json = written { $0.value(nil, number) }
      let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [Any]
      #expect((read?.first as? NSNumber)?.floatValue == (number.isFinite ? number : nil), "\(json)")
      #expect(json.utf8.count - 2 < JSONText.floatBytes)
    }
    for number in [-Double.greatestFiniteMagnitude, -.leastNormalMagnitude, -.pi * 1e-300, .infinity] {
      #expect(written { $0.value(nil, number) }.utf8.count - 2 < JSONText.doubleBytes)
    }
    for number in [Int.min, .max] {
      #expect(written { $0.value(nil, number) }.utf8.count - 2 < JSONText.integerBytes)
    }
  }
}
