import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite struct NumeralTests {
  @Test(
    arguments: [
      ("0", .integer(0)), ("-0", .integer(0)), ("+5", .integer(5)), ("1_000", .integer(1000)),
      ("0x1F", .integer(31)), ("-0x10", .integer(-16)), ("0o17", .integer(15)), ("0b101", .integer(5)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9007199254740993", .integer(9_007_199_254_740_993)), ("9223372036854775808", .tooLarge),
      ("0x8000000000000000", .tooLarge), ("1.5", .real(1.5)), ("-.5", .real(-0.5)), ("1.", .real(1)),
      ("1e3", .real(1000)), ("1E-3", .real(0.001)), ("1e308", .real(1e308)), ("1e-308", .real(1e-308)),
      ("1e-320", .real(Double("1e-320") ?? 0)), ("1e-400", .real(0)), ("1e309", .tooLarge),
      ("-1e999", .tooLarge),
      ("1:30", .sexagesimal), ("190:20:30.15", .sexagesimal), ("-1:30", .sexagesimal),
      ("9223372036854775807:59", .sexagesimal), ("010", .leadingZero), ("-007", .leadingZero),
      ("00", .leadingZero),
      ("", .none), ("-", .none), (".", .none), ("e5", .none), ("1e", .none), ("1e+", .none), ("--1", .none),
      ("0x", .none), ("0x-5", .none), ("0b2", .none), ("inf", .none), (".inf", .none), ("-.INF", .none),
      ("nan", .none), (".nan", .none), ("infinity", .none), ("0x1p3", .none), ("1_", .none), ("_1", .none),
      ("1__0", .none), ("1 000", .none), ("1,5", .none), ("٣", .none), ("１", .none), ("1e٣", .none),
      ("1\0", .none),
      (":", .none), ("1:", .none),
    ] as [(String, Numeral)])
  func isReadAsItIsWritten(text: String, numeral: Numeral) { #expect(Numeral(text) == numeral) }

  /// Whatever is read is a number that Swift reads as the same.
  @Test(arguments: 0..<50) func anyText(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let characters = Array("0123456789+-._eExXobB:abcf ")
    for _ in 0..<400 {
      let text = String(
        (0..<Int.random(in: 0..<24, using: &random)).map { _ in
          characters.randomElement(using: &random) ?? "0"
        })
      switch Numeral(text) {
      case .real(let number):
        #expect(number.isFinite && number == Double(text.filter { $0 != "_" }), "\(text)")
      case .integer, .tooLarge, .sexagesimal, .leadingZero, .none: break
      }
    }
  }

  @Test func saturates() {
    #expect(Int(saturating: 1.9) == 1 && Int(saturating: -1.9) == -1 && Int(saturating: .nan) == 0)
    #expect(Int(saturating: 1e300) == .max && Int(saturating: -.infinity) == .min)
    #expect(
      UInt64(saturating: -5) == 0 && UInt64(saturating: 0x1p64) == .max
        && UInt64(saturating: 0x1p63) == 1 << 63)
    #expect(Int(saturating: 0x1p63) == .max && Int(saturating: -0x1p63) == .min)
    #expect(UInt8(saturating: 255.9) == 255 && UInt8(saturating: 256) == 255)
  }

  /// Each is an error that names the key and its line, or a value of the range; and no error is long.
  @Test(arguments: OddNumber.all) func values(text: String) throws {
    let document = try ConfigurationNode(yaml: "a: 1\nkey: \(text)\n", file: "f.yaml")
    let node = try #require(document.mapping(keys: ["a", "key"])["key"])
    func check<Value: Comparable>(_ range: ClosedRange<Value>, _ read: () throws(ConfigurationError) -> Value)
    {
      do throws(ConfigurationError) {
        let value = try read()
        #expect(range.contains(value), "\(text): \(value)")
      } catch {
        #expect(error.line == 2 && error.reason.contains("'key'"), "\(error)")
        #expect(error.description.utf8.count < 400 && error.description == error.description.printable)
      }
    }
    check(1...100) { () throws(ConfigurationError) in try node.integer(in: 1...100) }
    check(Int.min...Int.max) { () throws(ConfigurationError) in try node.integer() }
    check(0.5...1e300) { () throws(ConfigurationError) in try node.number(in: 0.5...1e300) }
    check(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude) {
      () throws(ConfigurationError) in try node.number()
    }
    check(-1e300...1e300) { () throws(ConfigurationError) in Double(try node.float(in: -1e300...1e300)) }
  }
}

@Suite struct PrintableTests {
  @Test(arguments: [
    ("plain text", "plain text"), ("größer 日本 👩‍👩‍👧", "größer 日本 👩‍👩‍👧"), ("a\nb", "a\\u{A}b"),
    ("\u{1B}[31m", "\\u{1B}[31m"),
    ("\0", "\\u{0}"), ("\u{85}\u{2028}\u{7F}", "\\u{85}\\u{2028}\\u{7F}"), ("a\u{202E}b", "a\\u{202E}b"),
    ("a\r\nb", "a\\u{D}\\u{A}b"), ("", ""),
  ])
  func shows(text: String, shown: String) {
    #expect(text.printable == shown)
    #expect(text.printable(atMost: 1000) == shown)
  }

  @Test func cutsOff() {
    #expect(String(repeating: "x", count: 1_000_000).printable(atMost: 5) == "xxxxx…")
    #expect("12345".printable(atMost: 5) == "12345")
    #expect(("a" + String(repeating: "\u{301}", count: 1_000_000)).printable(atMost: 5).utf8.count < 50)
  }

  @Test(arguments: [
    ("", "is empty"), ("a\nb", "control character U+A"), ("a\0", "control character U+0"),
    ("a/b", "has a '/'"),
    (String(repeating: "ü", count: 65), "more than 128 bytes"), ("a\u{202E}", "control character U+202E"),
  ])
  func namesThatCantBe(name: String, says: String) { #expect(name.flawAsName?.contains(says) == true) }

  @Test(arguments: ["a", "größer", "日本語", "a b?c#d", "100%", "we\"ird", String(repeating: "n", count: 128)])
  func names(name: String) { #expect(name.flawAsName == nil) }
}
