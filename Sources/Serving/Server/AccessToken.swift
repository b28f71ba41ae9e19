import Basics
import Foundation

/// The secret in requests: `Authorization: Bearer TOKEN` (RFC 6750).
public struct AccessToken: Sendable {
  let text: String

  /// Maximum bytes of a token.
  private static let longest = 4096

  /// - Parameter source: the token's origin, for messages.
  /// - Throws: `FileError` for a token that no client could send, or a likely mistake: nothing, blanks, more
  ///   than one line.
  public init(_ text: String, from source: String) throws(FileError) {
    guard !text.isEmpty else { throw FileError("\(source): there is no token in it") }
    guard text.utf8.count <= Self.longest else {
      throw FileError("\(source): the token has more than \(Self.longest) bytes")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw FileError(
        "\(source): a token is one line of ASCII letters, digits and signs, without blanks before, in or after it"
      )
    }
    self.text = text
  }

  /// Reads a file with the token as its only line.
  ///
  /// - Throws: `FileError`.
  public init(file path: String) throws(FileError) {
    let text: String
    do {
      text = try String.read(path, atMost: Self.longest + 2)
    } catch {
      throw FileError("can't read the token in \(path): \(error)")
    }
    let end = text.hasSuffix("\r\n") ? "\r\n" : "\n"
    try self.init(text.hasSuffix(end) ? String(text.dropLast()) : text, from: path)
  }
}
