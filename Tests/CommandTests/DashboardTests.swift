import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// The page at `/`, in a real browser.
@Suite struct DashboardTests {
  private static let browser = ["chromium-headless-shell", "chromium"].map { "/usr/bin/" + $0 }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test func isOnePageThatRunsNothingElse() throws {
    let server = try Server("classify")
    let response = try server.get("/")
    #expect(response.status == 200 && response.headers["content-type"] == "text/html; charset=utf-8")
    let policy = try #require(response.headers["content-security-policy"])
    let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-(\w+)'/)).1
    #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
    let page = String(decoding: response.body, as: UTF8.self)
    #expect(page.contains("<script nonce=\"\(nonce)\">") && !page.contains("@NONCE@"))
    #expect(page.matches(of: /(src|href)="(?!data:)[^"]*:\/\//).isEmpty, "outside resources")
    #expect(!page.contains("innerHTML"))
    let second = try server.get("/").headers["content-security-policy"]
    #expect(second != policy, "a number for each answer")
    #expect(try server.connect().request("HEAD", "/").status == 200)
  }

  @Test func latestFailures() throws {
    let server = try Server("classify")
    _ = try server.infer(Data("no image".utf8))
    #expect(try server.get("/v2/models/<b>absent").status == 404)
    struct Live: Decodable {
      struct Failure: Decodable {
        let model: String?
        let status: Int
        let reason: String
      }
      let failures: [Failure]
    }
    let failures = try JSONDecoder().decode(Live.self, from: server.get("/v2/live").body).failures
    #expect(failures.map(\.status) == [404, 415] && failures.map(\.model) == ["<b>absent", "classify"])
    #expect(failures.allSatisfy { !$0.reason.isEmpty })
  }

  @Test(.enabled(if: browser != nil, "no browser: apt-get install chromium-headless-shell"))
  func showsWhatIsGoingOn() throws {
    let folder = try TemporaryFolder()
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    for _ in 0..<5 { #expect(try server.infer(image).status == 200) }
    let browser = try ChildProcess(
      try #require(Self.browser),
      [
        "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=\(folder.path)/profile",
        "--virtual-time-budget=5000", "--window-size=1280,800", "--dump-dom",
        "http://127.0.0.1:\(server.port)/",
      ])
    #expect(try browser.wait() == 0, "\(browser.standardError)")
    let page = browser.standardOutput
    #expect(page.contains(#"data-state="live""#), "\(page.suffix(2000))")
    #expect(try #require(page.firstMatch(of: /id="answered">(\d+)</)).1 == "5")
    #expect(page.firstMatch(of: /id="p50">[0-9.]+<small>/) != nil)
    for stage in ["decode", "resize", "normalise", "infer", "label", "queue"] {
      #expect(page.contains("<span>\(stage)</span>"), "\(stage)")
    }
    #expect(page.contains("Bottleneck: <b>infer</b>") && page.contains(#"class="place"#))
    #expect(page.contains("<path d=\"M"), "bars are drawn")
    // What the policy forbids, or what goes wrong in the script, the browser says.
    #expect(!browser.standardError.contains("CONSOLE"), "\(browser.standardError)")
  }
}
