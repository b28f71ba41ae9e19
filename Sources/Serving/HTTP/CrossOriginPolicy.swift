import Foundation
import HTTPTypes

/// The origins whose pages may send requests from a browser: cross-origin resource sharing.
///
/// Source: WHATWG, *Fetch*, section 3.3.
public struct CrossOriginPolicy: Sendable, Equatable {
  /// `nil`: any.
  private let origins: Set<String>?

  /// - Parameter origins: as browsers send them, `https://example.org:8443`, or `*` for any.
  /// - Throws: `OriginError`.
  public init(_ origins: [String]) throws(OriginError) {
    var known: Set<String> = []
    for origin in origins where origin != "*" { known.insert(try Self.normalised(origin)) }
    self.origins = origins.contains("*") ? nil : known
  }

  /// The origin as browsers write it: in lower case, and without a default port.
  private static func normalised(_ origin: String) throws(OriginError) -> String {
    guard
      let match = origin.lowercased().wholeMatch(
        of: /(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/)
    else { throw OriginError(origin: origin) }
    let (scheme, host) = (match.1, match.2)
    guard let port = match.3 else { return "\(scheme)://\(host)" }
    guard let number = Int(port), (1...65535).contains(number) else { throw OriginError(origin: origin) }
    let isUsual = number == (scheme == "https" ? 443 : 80)
    return isUsual ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(number)"
  }

  /// The response to a preflight request, which has no token, and needs none.
  ///
  /// - Returns: `nil` for any other request.
  func preflight(_ request: HTTPRequest) -> ServerResponse? {
    guard request.method == .options, request.headerFields[.accessControlRequestMethod] != nil,
      allows(request.headerFields[.origin])
    else { return nil }
    return ServerResponse(
      .noContent,
      headers: [
        .accessControlAllowMethods: "GET, HEAD, POST",
        .accessControlAllowHeaders:
          "Authorization, Content-Type, Accept, Inference-Header-Content-Length, traceparent, tracestate",
        .accessControlMaxAge: "7200",
      ])
  }

  /// The headers to add to every response.
  ///
  /// - Parameter origin: the request's, if it has one.
  func headers(for origin: String?) -> HTTPFields {
    // Also for a refused origin: a cache must not give one origin's response to another.
    var headers: HTTPFields = [.vary: "Origin"]
    guard let origin, allows(origin) else { return headers }
    headers[.accessControlAllowOrigin] = origins == nil ? "*" : origin
    headers[.accessControlExposeHeaders] =
      "Server-Timing, Inference-Header-Content-Length, Retry-After, traceparent, tracestate"
    return headers
  }

  private func allows(_ origin: String?) -> Bool {
    guard let origin else { return false }
    return origins?.contains(origin) ?? true
  }
}

/// An error: a text is no origin.
public struct OriginError: Error, Equatable, CustomStringConvertible {
  let origin: String

  public var description: String {
    "'\(origin)' is no origin; it must be like https://example.org or http://localhost:3000, without a path, or *"
  }
}
