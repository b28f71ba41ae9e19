import HTTPTypes
import NIOCore

/// The page at `/`. One file without external resources, which gets its data from `/v2/live`.
struct Dashboard: Sendable {
  /// The page, cut where each response has a nonce of its own.
  private static let pieces: [String] = String(decoding: PackageResources.index_html, as: UTF8.self)
    .split(separator: "@NONCE@", omittingEmptySubsequences: false).map { String($0) }

  /// Only this page's own script and style run, and it connects to this server alone: models' names are
  /// untrusted.
  var answer: ServerResponse {
    let nonce = [UInt64.random(in: 0...(.max)), .random(in: 0...(.max))]
      .map { String($0, radix: 36) }.joined()
    var headers = HTTPFields()
    headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; "
      + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    headers[.xContentTypeOptions] = "nosniff"
    headers[.cacheControl] = "no-store"
    headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    return ServerResponse(
      headers: headers, text: Self.pieces.joined(separator: nonce), type: "text/html; charset=utf-8")
  }
}
