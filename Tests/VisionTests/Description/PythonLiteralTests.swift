import Testing

@testable import Vision

/// Literals of Python, as exporters write them: read, and never evaluated.
@Suite struct PythonLiteralTests {
  @Test func names() {
    #expect(
      PythonLiteral("{0: 'person', 1: \"it's\", 2: 'a\\'b\\u00e9'}")?.names == ["person", "it's", "a'bé"])
    #expect(PythonLiteral("['a', 'b',]")?.names == ["a", "b"])
    #expect(PythonLiteral("{1: 'b', 0: 'a'}")?.names == ["a", "b"])
    #expect(PythonLiteral("{}")?.names == [])
    #expect(PythonLiteral("[17, 3]")?.integers == [17, 3])
    #expect(PythonLiteral("640")?.integers == [640])
    #expect(PythonLiteral(" True ") == .boolean(true))
    #expect(PythonLiteral("{'a': None, 'b': (1, -2.5e3)}") != nil)
  }

  @Test(arguments: [
    "", "{", "{0: 'a'", "{0 'a'}", "{0: 'a',, 1: 'b'}", "__import__('os').getcwd()", "open('x')", "{0: open}",
    "'a",
    "'a' 'b'", "1 + 1", "lambda: 0", "[1, 2", "{0: 'a'} x", "'\\q'", "'\\ud800'", "nan", "inf", "1e999",
    String(repeating: "[", count: 10_000),
  ])
  func noLiterals(text: String) { #expect(PythonLiteral(text) == nil) }

  @Test(arguments: [
    "{0: 'a', 2: 'b'}", "{0: 'a', 0: 'b'}", "{'0': 'a'}", "{0: 1}", "'a'", "{-1: 'a'}", "[['a']]",
  ])
  func noNames(text: String) { #expect(PythonLiteral(text)?.names == nil) }
}
