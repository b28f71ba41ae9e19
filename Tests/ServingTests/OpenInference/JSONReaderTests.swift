import Foundation
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
    for text in ["9223372036854775808", "1.0", "1e3"] {
      #expect(try read(text) { try $0.integer() } == nil)
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
