import ArgumentParser
import Foundation
import Load
import Planning
import Serving

/// The options of access control and encryption of a server.
struct AccessOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Speak TLS, with the certificate in this PEM file.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The certificate's key, a PEM file.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Accept only requests with the token in this file, Authorization: Bearer TOKEN; or else in $DRIVETRAIN_TOKEN.",
      valueName: "file"))
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Let pages of this origin send requests from a browser, such as http://localhost:3000, or * for all; may be given several times.",
      valueName: "origin"))
  var allowOrigin: [String] = []

  func validate() throws {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key belong together; give both")
    }
    do {
      _ = try CrossOriginPolicy(allowOrigin)
    } catch {
      throw ValidationError("--allow-origin: \(error)")
    }
  }

  func apply(to configuration: inout PipelineServer.Configuration) throws {
    configuration.origins = allowOrigin.isEmpty ? nil : try CrossOriginPolicy(allowOrigin)
    configuration.security = try TransportSecurity(
      certificate: tlsCertificate, key: tlsKey, token: try token())
  }

  /// The secret that requests must have.
  private func token() throws -> AccessToken? {
    if let tokenFile { return try AccessToken(file: tokenFile) }
    let variable = "DRIVETRAIN_TOKEN"
    return try ProcessInfo.processInfo.environment[variable].map { try AccessToken($0, from: variable) }
  }
}
