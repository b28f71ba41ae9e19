import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// The destination of requests.
public struct LoadTarget: Sendable {
  public let host: String
  public let port: Int
  /// The path to which images are posted; empty until the server has named its model.
  private(set) var path: String
  /// The TLS context of https.
  private let tls: NIOSSLContext?
  /// Sent with every request.
  private var headers = HTTPHeaders()

  private static let models = "/v2/models/"

  /// - Parameters:
  ///   - url: of a model, `http://HOST:PORT/v2/models/NAME`, with or without `/infer`; of a server with one
  ///     model only; any other path is posted to as it is.
  ///   - headers: each `NAME: VALUE`.
  ///   - trust: the certificates to trust, for https.
  /// - Throws: `LoadError`; `FileError` for certificates that can't be read.
  public init(_ url: String, headers: [String] = [], trust: LoadTrust = .system) throws {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
      !host.isEmpty
    else { throw LoadError("'\(url)' is no URL such as http://127.0.0.1:8000/v2/models/NAME") }
    let isSecure = scheme.lowercased() == "https"
    guard isSecure || scheme.lowercased() == "http" else {
      throw LoadError("'\(url)' begins with \(scheme)://; http:// and https:// are spoken")
    }
    tls = isSecure ? try trust.context() : nil
    let port = parts.port ?? (isSecure ? 443 : 80)
    guard (1...65535).contains(port) else { throw LoadError("'\(url)' has no port from 1 to 65535") }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = port
    let path = parts.percentEncodedPath
    if path.isEmpty || path == "/" {
      self.path = ""
    } else {
      let isModel = path.hasPrefix(Self.models) && !path.hasSuffix("/infer")
      self.path = isModel ? (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/infer" : path
      if let query = parts.percentEncodedQuery { self.path += "?" + query }
    }
    for header in headers {
      let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let isPrintable = header.utf8.allSatisfy { $0 >= UInt8(ascii: " ") && $0 < 0x7F }
      guard parts.count == 2, isPrintable, !parts[0].isEmpty, !parts[0].contains(" ") else {
        throw LoadError("the header '\(header)' must be NAME: VALUE")
      }
      self.headers.add(name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
    }
  }

  var isComplete: Bool { !path.isEmpty }

  /// The same target for one model.
  func model(_ name: String) -> LoadTarget {
    var target = self
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/"))
    target.path =
      Self.models + (name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name) + "/infer"
    return target
  }

  /// The path of the server's measurement of the network alone; `nil` if this is not a model's URL.
  func inferenceOnly(seconds: Double) -> String? {
    let path = path.prefix { $0 != "?" }
    guard path.hasPrefix(Self.models), path.hasSuffix("/infer") else { return nil }
    return path.dropLast("infer".count) + "inference-only?seconds=\(seconds)"
  }

  /// The authority as in URLs and the Host header.
  var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// The head of a request.
  func head(_ path: String, contentType: String, bytes: Int, headerLength: Int? = nil) -> HTTPRequestHead {
    var all: HTTPHeaders = ["Host": authority, "Content-Type": contentType, "Content-Length": "\(bytes)"]
    if let headerLength { all.add(name: "Inference-Header-Content-Length", value: "\(headerLength)") }
    for (name, _) in headers { all.remove(name: name) }
    all.add(contentsOf: headers)
    return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: all)
  }

  /// - Parameter path: the path, if it isn't that of inference.
  func head(of body: LoadBody, _ path: String? = nil) -> HTTPRequestHead {
    head(
      path ?? self.path, contentType: body.contentType, bytes: body.body.readableBytes,
      headerLength: body.headerLength)
  }

  /// The URL without a path.
  var server: String { "\(tls == nil ? "http" : "https")://\(authority)" }

  /// The handlers at the beginning of a connection.
  func makeSecurityHandlers() throws -> [NIOSSLClientHandler] {
    // TLS names servers, not addresses.
    let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
    return try tls.map { [try NIOSSLClientHandler(context: $0, serverHostname: isAddress ? nil : host)] }
      ?? []
  }

  func address() throws -> SocketAddress {
    do {
      return try SocketAddress.makeAddressResolvingHost(host, port: port)
    } catch {
      throw LoadError("there is no host '\(host)'")
    }
  }
}

extension ByteBuffer {
  /// A request's head as it is sent.
  init(_ head: HTTPRequestHead) {
    let headers = head.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    self.init(string: "\(head.method.rawValue) \(head.uri) HTTP/1.1\r\n\(headers)\r\n")
  }
}
