import Basics
import NIOSSL

/// The certificates to trust.
public enum LoadTrust: Sendable {
  /// The system's trusted certificates.
  case system
  /// The certificates of a PEM file, and those that they sign.
  case file(String)
  /// All certificates.
  case all

  /// - Throws: `FileError`.
  func context() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.applicationProtocols = ["http/1.1"]
    switch self {
    case .system: break
    case .all: configuration.certificateVerification = .none
    case .file(let path):
      do {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(try String.read(path).utf8))
        guard !certificates.isEmpty else { throw FileError("there is no certificate in it; give a PEM file") }
        configuration.trustRoots = .certificates(certificates)
      } catch {
        throw FileError("\(path): \(error)")
      }
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
