import Foundation

/// Why a file can't be read or written.
public struct FileError: Error, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// What could not be done, and the system's reason.
  public init(_ what: String, _ error: any Error) {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    let isSystems = underlying.domain == NSPOSIXErrorDomain
    let reason = isSystems ? String(cString: strerror(Int32(underlying.code))) : error.localizedDescription
    description = "\(what): \(reason)"
  }

  /// What could not be done, and the system's error number.
  public init(_ what: String, code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}
