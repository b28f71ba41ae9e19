import Foundation
import Testing

@testable import Basics

struct CTextTests {
  @Test func oneLine() {
    #expect(takeText(nil) == nil)
    #expect(takeText(strdup("")) == "")
    #expect(takeText(strdup("no such\nfile\n")) == "no such file")
    let noise = { (line: Substring) in line.hasPrefix("at ") }
    #expect(takeText(strdup("at a.c:3\nno such file\nat b.c:4"), without: noise) == "no such file")
    #expect(takeText(strdup("at a.c:3"), without: noise) == "at a.c:3")
  }
}
