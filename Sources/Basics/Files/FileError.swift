import Foundation

/// A failure to read or write a file.
public struct FileError: Error, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// - Parameter what: the action that failed; the system's reason follows it.
  public init(_ what: String, _ error: any Error) {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    let isSystems = underlying.domain == NSPOSIXErrorDomain
    let reason = isSystems ? String(cString: strerror(Int32(underlying.code))) : error.localizedDescription
    description = "\(what): \(reason)"
  }

  /// - Parameters:
  ///   - what: the action that failed; the system's reason follows it.
  ///   - code: the system's error number.
  public init(_ what: String, code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}
