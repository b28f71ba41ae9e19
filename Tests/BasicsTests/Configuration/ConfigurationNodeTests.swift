import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Basics

struct ConfigurationNodeTests {
  private func node(_ yaml: String) throws(ConfigurationError) -> ConfigurationNode {
    try ConfigurationNode(yaml: yaml, file: "a.yaml")
  }

  private func error(_ yaml: String) -> ConfigurationError? {
    do throws(ConfigurationError) {
      _ = try node(yaml)
      return nil
    } catch { return error }
  }

  @Test func values() throws {
    let values = try node("text: a\nwhole: 3\nreal: 1.5\nyes: true\nlist: [1, 2]\nnone:").mapping(keys: [
      "text", "whole", "real", "yes", "list", "none",
    ])
    #expect(try values["text"]?.string() == "a")
    #expect(try values["whole"]?.integer(in: 1...3) == 3)
    #expect(try values["real"]?.number(in: 0...2) == 1.5)
    #expect(try values["yes"]?.boolean() == true)
    #expect(try values["list"]?.floats(count: 2, in: 0...9) == [1, 2])
    #expect(values["none"]?.isNull == true)
    #expect(values["text"]?.isNull == false)
  }

  enum Colour: String, CaseIterable { case red, green }

  @Test func wrongValues() throws {
    func reason(_ yaml: String, _ read: (ConfigurationNode) throws -> Any) -> String? {
      do {
        _ = try read(try node(yaml).named("x"))
        return nil
      } catch { return (error as? ConfigurationError)?.reason }
    }
    #expect(reason("[]") { try $0.string() } == "x must be text")
    #expect(reason("4") { try $0.integer(in: 1...3) } == "x is 4; it must be from 1 to 3")
    #expect(reason("{}") { try $0.integer() } == "x must be a whole number, not a list or a mapping")
    #expect(reason(".nan") { try $0.number() } == "x must be a number, not '.nan'")
    #expect(reason(".inf") { try $0.number() } == "x must be a number, not '.inf'")
    #expect(reason("1e999") { try $0.number() } == "x is '1e999', which is too large")
    #expect(reason("2.5") { try $0.number(in: 0...1) } == "x is 2.5; it must be from 0.0 to 1.0")
    #expect(reason("maybe") { try $0.boolean() } == "x must be true or false, not 'maybe'")
    #expect(
      reason("rde") { try $0.choice(of: Colour.self) }
        == "x is 'rde'; it must be red or green; did you mean 'red'?")
    #expect(reason("blue") { try $0.choice(of: Colour.self) } == "x is 'blue'; it must be red or green")
    #expect(reason("[1]") { try $0.floats(count: 2, in: 0...9) } == "x has 1 number; it must have 2")
    #expect(reason("a") { try $0.list() } == "x must be a list")
    #expect(reason("[1]: a") { try $0.entries() } == "x has a key that is not text")
    #expect(reason("a: 1") { try $0.mapping(keys: []) } == "unknown key 'a' in x; it takes none")
    #expect(
      reason("zebra: 1") { try $0.mapping(keys: ["a", "b"]) } == "unknown key 'zebra' in x; known are a, b")
  }

  /// Errors are at the line of the key, also when its value is further down.
  @Test func lines() throws {
    let values = try node("a:\n  b:\n\n    c: 1").mapping(keys: ["a"])
    #expect(values["a"]?.error("wrong").description == "a.yaml:1: wrong")
    let inner = try #require(try values["a"]?.mapping(keys: ["b"])["b"])
    #expect(inner.error("wrong").description == "a.yaml:2: wrong")
    #expect(try inner.mapping(keys: ["c"])["c"]?.error("wrong").line == 4)
  }

  @Test(
    arguments: [
      ("", 0, "is empty"), ("a: [1", 1, ""), ("a: 1\na: 2", 2, "key 'a' is given twice"),
      ("x: {a: 1, a: 2}", 1, "key 'a' is given twice"), ("a: 1\n---\nb: 2", 0, nil), ("a: \u{1}", 0, ""),
      ("a: *nobody", 1, ""), ("a:\n\t- 1", 2, ""), ("a: b: c", 1, ""), ("\"", 1, ""),
    ] as [(String, Int, String?)])
  func malformed(yaml: String, line: Int, reason: String?) {
    let error = error(yaml)
    guard let reason else { return }
    #expect(error != nil)
    if line > 0 { #expect(error.map { $0.line >= line } == true) }
    if !reason.isEmpty { #expect(error?.reason == reason) }
  }

  /// A long text that logs show by its name.
  struct Text: CustomTestStringConvertible, Sendable {
    let name: String
    let yaml: String

    init(_ name: String, _ yaml: String) {
      self.name = name
      self.yaml = yaml
    }

    var testDescription: String { name }
  }

  /// Each of these would overflow the parser's stack, or keep it busy for ever.
  @Test(
    .timeLimit(.minutes(60)),
    arguments: [
      Text("[", String(repeating: "[", count: 100_000)), Text("{", String(repeating: "{a: ", count: 50_000)),
      Text("-", String(repeating: "- ", count: 100_000)), Text("?", String(repeating: "? ", count: 100_000)),
      Text("[ on lines", String(repeating: "[\n", count: 10_000)),
      Text("- after another line end", "a:\u{2028}" + String(repeating: "- ", count: 100_000)),
      Text("indented", (0..<700).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")),
      Text("list", (0..<700).map { String(repeating: " ", count: $0) + "-" }.joined(separator: "\r")),
    ])
  func deepNesting(text: Text) {
    #expect(error(text.yaml)?.reason == "is nested too deeply")
  }

  @Test(
    .timeLimit(.minutes(60)),
    arguments: [
      "a: &a [x]\nb: &b [*a, *a]\n? *b\n: 1", "&a a: *a", "- &x [1]", "[&x 1]", "{a: &x 1}", "\u{feff}&a [b]",
      "a:\n  &x b: 1",
    ])
  func anchors(yaml: String) {
    #expect(error(yaml)?.reason == "has an anchor ('&'); write its value out wherever it is needed")
  }

  @Test(arguments: [
    Text("word", "a: R&D"), Text("and", "a: x & y"), Text("address", "a: http://host/?b=1&c=2"),
    Text("ruler", "# " + String(repeating: "-", count: 200) + "\na: 1"),
    Text("mapping with CRLF", (0..<300).map { "key\($0): value" }.joined(separator: "\r\n")),
    Text("list with CRLF", (0..<300).map { "- item\($0)" }.joined(separator: "\r\n")),
    Text("brackets", "a: \"[[[[\""), Text("Cyrillic", "ключ: значение"),
  ])
  func harmless(text: Text) throws {
    #expect(error(text.yaml) == nil)
  }

  @Test func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("configuration-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ data: Data) throws -> String {
      let file = folder.appendingPathComponent("\(UUID()).yaml")
      try data.write(to: file)
      return file.path
    }
    func reason(_ file: String) -> String? {
      do throws(ConfigurationError) {
        _ = try ConfigurationNode(contentsOf: file)
        return nil
      } catch {
        #expect(error.file == file)
        return error.reason
      }
    }
    #expect(reason(try file(Data("a: 1".utf8))) == nil)
    #expect(reason(try file(Data([0x61, 0xff, 0xfe]))) == "can't be read: it is not UTF-8 text")
    #expect(
      reason(try file(Data(count: 300_000)))
        == "can't be read: it has more than 262144 bytes; make it smaller")
    #expect(reason("/dev/zero") == "can't be read: it is a device; name a regular file")
    #expect(reason(folder.path) == "can't be read: it is a folder; name a regular file")
    #expect(reason(folder.path + "/none") == "can't be read: No such file or directory")
    #expect(reason(try file(Data())) == "is empty")
  }

  @Test(arguments: 0..<200)
  func randomBytesNeverTrap(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let characters = Array("ab:- \n\t[]{}&*!|>'\"%@`#,?\r\u{85}\u{2028}é0.")
    let yaml = String(
      (0..<Int.random(in: 0..<300, using: &random)).map { _ in
        characters.randomElement(using: &random) ?? "a"
      })
    guard let node = try? node(yaml) else { return }
    for (_, value) in (try? node.entries()) ?? [] { _ = try? value.integer() }
  }
}

struct NearestTests {
  @Test func distances() {
    #expect("kitten".editDistance(to: "sitting") == 3)
    #expect("ab".editDistance(to: "ba") == 1)
    #expect("".editDistance(to: "abc") == 3)
    #expect("Resize".editDistance(to: "resize") == 0)
    #expect(String(repeating: "a", count: 100).editDistance(to: "a") == Int.max)
  }

  @Test func hints() {
    #expect("resise".hint(among: ["decode", "resize"]) == "did you mean 'resize'?")
    #expect("label".hint(among: ["decode", "resize"]) == "there is decode, resize")
  }

  @Test func nearest() {
    #expect("resise".nearest(in: ["decode", "resize"]) == "resize")
    #expect("x".nearest(in: ["decode", "resize"]) == nil)
    #expect("cat".nearest(in: ["bat", "car"]) == "bat")
    #expect("cat".nearest(in: []) == nil)
    #expect("a".nearest(in: ["b"]) == nil)
  }
}
