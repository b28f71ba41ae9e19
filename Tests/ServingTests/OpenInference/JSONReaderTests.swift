import Basics
import Foundation
import TestSupport
import Testing

@testable import Serving

@Suite struct JSONReaderTests {
  private func read<Value>(_ text: String, _ body: (inout JSONReader) throws -> Value) throws -> Value {
    try read(Data(text.utf8), body)
  }

  private func read<Value>(_ data: Data, _ body: (inout JSONReader) throws -> Value) throws -> Value {
    try data.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes)
      let value = try body(&reader)
      try reader.end()
      return value
    }
  }

  @Test(arguments: [
    "0", "-0", "7", "-12", "3.5", "0.1", "1e5", "1E+2", "2.5e-3", "123456789012345", "1234567890123456789",
    "0.30000000000000004", "1.7976931348623157e308", "5e-324", "3.4028234663852886e38", " 1 ", "\n\t-1\r",
  ])
  func numbers(text: String) throws {
    let expected = try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(try read(text) { try $0.number() } == expected)
  }

  /// As the C library reads them, to the bit.
  @Test func manyNumbers() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let digits = (0..<Int.random(in: 1...25, using: &random)).map { _ in
        "\(Int.random(in: 0...9, using: &random))"
      }.joined()
      let point = Int.random(in: 0...digits.count, using: &random)
      let whole = digits.prefix(point).drop { $0 == "0" }
      var text = (Bool.random(using: &random) ? "-" : "") + (whole.isEmpty ? "0" : whole)
      if point < digits.count { text += "." + digits.dropFirst(point) }
      if Bool.random(using: &random) { text += "e\(Int.random(in: -340...320, using: &random))" }
      let (expected, number) = (try #require(Double(text)), try read(text) { try $0.number() })
      #expect(number.bitPattern == expected.bitPattern, "\(text)")
    }
    #expect(try read("-0") { try $0.number() }.sign == .minus)
    #expect(try read("0e99999999999999999999") { try $0.number() } == 0)
    #expect(try read("1e-99999999999999999999") { try $0.number() } == 0)
  }

  @Test func numbersThatAreTooLarge() throws {
    #expect(try read("1e999") { try $0.number() } == .infinity)
    #expect(try read(String(repeating: "9", count: 400)) { try $0.number() } == .infinity)
    #expect(throws: JSONError.self) { try read(String(repeating: "9", count: 600)) { try $0.number() } }
  }

  @Test(arguments: [
    "", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "NaN", "Infinity", "-Infinity", "0x10",
    "1_0",
    "null", "\"1\"", "1 2", "1,",
  ])
  func noNumbers(text: String) {
    #expect(throws: JSONError.self) { try read(text) { try $0.number() } }
  }

  @Test func integers() throws {
    #expect(try read("-9223372036854775808") { try $0.integer() } == .min)
    #expect(try read("9223372036854775807") { try $0.integer() } == .max)
    for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e3", "123456789012345678901"] {
      #expect(try read(text) { try $0.integer() } == nil)
    }
    #expect(try read("-0") { try $0.integer(UInt8.self) } == 0)
    #expect(try read("-128") { try $0.integer(Int8.self) } == -128)
    #expect(try read("18446744073709551615") { try $0.integer(UInt64.self) } == .max)
    for text in ["256", "-1", "18446744073709551616"] {
      #expect(try read(text) { try $0.integer(UInt8.self) } == nil)
    }
  }

  @Test(arguments: [
    #""""#, #""abc""#, #""a\"b\\c\/d""#, #""\b\f\n\r\t""#, #""\u0041\u00e9\u20AC""#, #""\ud83d\ude00 😀""#,
    #""日本""#,
  ])
  func text(json: String) throws {
    let expected = try JSONDecoder().decode(String.self, from: Data(json.utf8))
    #expect(try read(json) { try $0.string() } == expected)
  }

  /// Text of all lengths and with anything at any place: it is looked at eight bytes at a time.
  @Test func textOfAllLengths() throws {
    for length in 0..<40 {
      for place in 0...length {
        for middle in ["", "\\n", "\\\"", "é", "😀", "\\u2028", "\u{7F}"] {
          let json =
            "\"" + String(repeating: "x", count: place) + middle
            + String(repeating: "y", count: length - place) + "\""
          let expected = try JSONDecoder().decode(String.self, from: Data(json.utf8))
          #expect(try read(json) { try $0.string() } == expected, "\(json)")
          #expect(throws: Never.self, "\(json)") { try read(json) { try $0.skip() } }
        }
        for wrong in [0x00, 0x1F, 0x80, 0xFF] as [UInt8] {
          let bytes =
            [0x22] + [UInt8](repeating: 0x61, count: place) + [wrong]
            + [UInt8](repeating: 0x61, count: length - place) + [0x22]
          #expect(throws: JSONError.self, "\(wrong) at \(place)") { try read(Data(bytes)) { try $0.skip() } }
        }
      }
    }
  }

  /// Keys are compared as text, however they are written; `null` is as if the key were not there.
  @Test func keys() throws {
    var found: [String: Int64] = [:]
    try read(#"{"a":1,"\u0061b":2,"":3,"é":4,"c":null,"other":[{"a":null}]}"#) { reader in
      try reader.object { reader, key in
        switch key {
        case "a": found["a"] = try reader.integer()
        case "ab": found["ab"] = try reader.integer()
        case "": found[""] = try reader.integer()
        case "é": found["é"] = try reader.integer()
        case "c": found["c"] = 0
        default:
          found[key.string] = 9
          try reader.skip()
        }
      }
    }
    #expect(found == ["a": 1, "ab": 2, "": 3, "é": 4, "other": 9])
  }

  @Test func noText() {
    for json in [
      #"""#, #""abc"#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\u+123""#, #""\ud83d""#, #""\ude00""#,
      #""\ud83d\u0041""#, "\"a\nb\"", "'a'",
    ] {
      #expect(throws: JSONError.self, "\(json)") { try read(json) { try $0.string() } }
    }
    #expect(throws: JSONError.self) { try read(Data([0x22, 0xFF, 0x22])) { try $0.string() } }
  }

  @Test func skipsWhatFoundationReads() {
    for json in [
      "null", "true", "false", "[]", "{}", "[1,[2,{\"a\":[]}],null]", #"{"a":{"b":true},"c":"\u0041"}"#,
      " [ 1 , 2 ] ",
    ] {
      #expect(throws: Never.self, "\(json)") { try read(json) { try $0.skip() } }
    }
    for json in [
      "nul", "True", "[1,]", "[,1]", "[1 2]", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1"b":2}"#,
      "[1}", "]",
      String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
    ] {
      #expect(throws: JSONError.self, "\(json)") { try read(json) { try $0.skip() } }
    }
  }

  /// Whatever is cut off anywhere is refused, and never read beyond its end.
  @Test func everyPrefixIsRefused() throws {
    let json = Data(#"{"a":[1.5e3,-2,{"b":"c\u0041\n"}],"d":[true,false,null]}"#.utf8)
    #expect(throws: Never.self) { try read(json) { try $0.skip() } }
    for length in 0..<json.count {
      #expect(throws: JSONError.self) { try read(Data(json.prefix(length))) { try $0.skip() } }
    }
  }
}
