import Foundation
import TestSupport
import Testing

/// The page at `/try`, in a real browser that somebody chooses a photograph in.
@Suite struct TryPageTests {
  private static let browser = ["chromium-headless-shell", "chromium"].map { "/usr/bin/" + $0 }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private struct Page: Decodable {
    let state, text: String
    let pictureWidth: Int
    let overflows: Bool
    let console: [String]
  }

  private func open(
    _ server: Server, _ photograph: String, _ more: [String] = [], query: String = ""
  ) throws -> Page {
    let folder = try TemporaryFolder()
    let script = try Repository.path("Tests/CommandTests/Support/try_page.py")
    let browser = try ChildProcess(
      try Repository.path(".deps/python/bin/python"),
      [
        script, try #require(Self.browser), "http://127.0.0.1:\(server.port)/try\(query)",
        "\(folder.path)/profile", photograph, "\(folder.path)/screenshot.png",
      ] + more)
    #expect(try browser.wait() == 0, "\(browser.standardError)")
    return try JSONDecoder().decode(Page.self, from: Data(browser.standardOutput.utf8))
  }

  @Test(.enabled(if: browser != nil, "no browser: apt-get install chromium-headless-shell"))
  func showsResultAndBreakdownOnThePhotograph() throws {
    let server = try Server("classify")
    let page = try open(server, Repository.path(".deps/images/china.jpg"))
    #expect(page.state == "done" && page.pictureWidth == 640 && page.console.isEmpty && !page.overflows)
    #expect(page.text.contains("palace") && page.text.contains("decode") && page.text.contains("infer"))
  }

  @Test(.enabled(if: browser != nil, "no browser: apt-get install chromium-headless-shell"))
  func onAPhoneWithAToken() throws {
    let folder = try TemporaryFolder()
    let token = try folder.write("secret\n".utf8, to: "token")
    let server = try Server("classify", arguments: ["--token-file", token])
    let page = try open(
      server, Repository.path(".deps/images/small.jpg"), ["390", "844", "secret"], query: "?model=classify")
    #expect(page.state == "done" && page.pictureWidth == 320 && !page.overflows && page.console.isEmpty)
    #expect(page.text.contains("espresso"))
  }

  @Test(.enabled(if: browser != nil, "no browser: apt-get install chromium-headless-shell"))
  func saysWhyThereIsNoResult() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("no image".utf8, to: "photograph.jpg")
    let page = try open(Server("classify"), text)
    #expect(page.state == "failed" && page.text.contains("not a JPEG, PNG or WebP"), "\(page.text)")
  }
}
