import Basics
import Foundation
import HTTPTypes
import NIOSSL

/// Access control and encryption of a server's connections.
public struct TransportSecurity: Sendable {
  let tls: NIOSSLContext?
  /// The token that requests must have, if any.
  let token: AccessToken?

  /// Whether requests must have a token.
  public var hasToken: Bool { token != nil }

  /// No TLS, and no token.
  public static let none = TransportSecurity(tls: nil, token: nil)

  private init(tls: NIOSSLContext?, token: AccessToken?) {
    self.tls = tls
    self.token = token
  }

  /// - Parameters:
  ///   - certificate: a PEM file: the certificate, then its chain.
  ///   - key: a PEM file.
  ///   - token: the token that requests must have.
  /// - Throws: `FileError`.
  public init(certificate: String?, key: String?, token: AccessToken?) throws {
    self.token = token
    guard let certificate, let key else {
      tls = nil
      return
    }
    let chain = try Self.reading(certificate) { try NIOSSLCertificate.fromPEMBytes($0) }
    let privateKey = try Self.reading(key) { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
    guard !chain.isEmpty else {
      throw FileError("\(certificate): there is no certificate in it; give a PEM file")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    do {
      tls = try NIOSSLContext(configuration: configuration)
    } catch {
      throw FileError("\(certificate) and \(key) don't belong together: \(error)")
    }
  }

  private static func reading<Value>(_ path: String, _ parse: ([UInt8]) throws -> Value) throws -> Value {
    let text: String
    do {
      text = try String.read(path)
    } catch {
      throw FileError("\(path): it can't be read: \(error)")
    }
    do {
      return try parse(Array(text.utf8))
    } catch {
      throw FileError("\(path): not a PEM file of the right kind: \(error)")
    }
  }

  /// - Throws: `.unauthenticated`. Health checks need no token: monitors have no secrets.
  func authorise(_ request: HTTPRequest) throws(RequestFailure) {
    guard let token else { return }
    let path = request.path ?? ""
    // The pages themselves have no data: they ask for the token.
    let page = path.prefix { $0 != "?" }
    guard page != "/", page != "/try", !path.hasPrefix("/v2/health/"),
      !path.hasPrefix("/grpc.health.v1.Health/")
    else {
      return
    }
    let given = request.headerFields[.authorization] ?? ""
    guard Self.areEqual("Bearer \(token.text)", given) else {
      throw RequestFailure(.unauthenticated, "send the server's token: Authorization: Bearer TOKEN")
    }
  }

  /// Whether two texts are equal, in a time that reveals no more than whether they are of one length.
  static func areEqual(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(a.utf8, b.utf8) { difference |= (a ^ b) }
    return difference == 0
  }
}
