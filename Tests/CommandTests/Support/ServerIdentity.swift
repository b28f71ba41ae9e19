import Planning
import TestSupport

/// A key and a certificate for 127.0.0.1, which it has signed itself.
struct ServerIdentity {
  let key, certificate: String

  init(in folder: TemporaryFolder) throws {
    (key, certificate) = (folder.path + "/key.pem", folder.path + "/certificate.pem")
    let openssl = try ChildProcess(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    guard try openssl.wait() == 0 else { throw ChildProcess.Failure(description: openssl.standardError) }
  }

  /// For `serve`.
  var arguments: [String] { ["--tls-certificate", certificate, "--tls-key", key] }
}
