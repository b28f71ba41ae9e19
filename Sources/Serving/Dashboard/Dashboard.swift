import HTTPTypes
import NIOCore

/// A page of one file without external resources: at `/` the dashboard, which gets its data from `/v2/live`, and at
/// `/try` the place to try a model with a photograph.
struct Dashboard: Sendable {
  /// The page, cut where each response has a nonce of its own.
  private let pieces: [String]

  static let live = Dashboard(PackageResources.index_html)
  static let trial = Dashboard(PackageResources.try_html)

  private init(_ file: [UInt8]) {
    pieces = String(decoding: file, as: UTF8.self)
      .split(separator: "@NONCE@", omittingEmptySubsequences: false).map { String($0) }
  }

  /// Only this page's own script and style run, and it connects to this server alone: models' names are
  /// untrusted.
  var answer: ServerResponse {
    let nonce = [UInt64.random(in: 0...(.max)), .random(in: 0...(.max))]
      .map { String($0, radix: 36) }.joined()
    var headers = HTTPFields()
    headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; "
      + "img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    headers[.xContentTypeOptions] = "nosniff"
    headers[.cacheControl] = "no-store"
    headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    return ServerResponse(
      headers: headers, text: pieces.joined(separator: nonce), type: "text/html; charset=utf-8")
  }
}
