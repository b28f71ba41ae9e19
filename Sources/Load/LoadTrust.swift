import Basics
import NIOSSL

/// Whose certificates are believed.
public enum LoadTrust: Sendable {
  /// Those that the system trusts.
  case system
  /// Those that a PEM file holds or vouches for.
  case file(String)
  /// Anybody's.
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
