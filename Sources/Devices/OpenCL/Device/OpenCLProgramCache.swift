import Basics
import Foundation

/// Cached program binaries in the user's files. A build takes half a second, loading a binary milliseconds.
///
/// A file holds its binary's origin (program, options, device, driver) and a checksum; a mismatch is ignored.
/// Files are written as a whole or not at all, so any number of processes may share the folder.
public struct OpenCLProgramCache: Sendable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// `$XDG_CACHE_HOME/drivetrain/opencl`, or the same in `~/.cache`.
  public static var user: OpenCLProgramCache { OpenCLProgramCache(folder: Installation.cache("opencl")) }

  private static let magic = "drivetrain-opencl-1\n"

  /// The cached binary; `nil` if it is missing, damaged or of another origin.
  package func binary(of source: OpenCLProgramSource, for device: OpenCLDevice) -> Data? {
    let origin = Self.origin(of: source, for: device)
    guard
      let file = try? Data.read(
        path(of: source, origin), atMost: OpenCLProgram.maximumBytesOfBinary)
    else { return nil }
    let header = Self.header(origin)
    guard file.starts(with: header) else { return nil }
    let binary = Data(file.dropFirst(header.count + 8))
    return file.dropFirst(header.count).starts(with: Self.checksum(binary)) && !binary.isEmpty ? binary : nil
  }

  /// - Throws: `FileError`, or another error if the folder can't be made.
  package func keep(_ binary: Data, of source: OpenCLProgramSource, for device: OpenCLDevice) throws {
    let origin = Self.origin(of: source, for: device)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try (Self.header(origin) + Self.checksum(binary) + binary).writeWhole(to: path(of: source, origin))
  }

  package func path(of source: OpenCLProgramSource, for device: OpenCLDevice) -> String {
    path(of: source, Self.origin(of: source, for: device))
  }

  private func path(of source: OpenCLProgramSource, _ origin: Data) -> String {
    "\(folder)/\(source.name)-\(String(Self.hash(origin), radix: 16)).bin"
  }

  /// All inputs of a binary.
  private static func origin(of source: OpenCLProgramSource, for device: OpenCLDevice) -> Data {
    Data([device.model, device.driver, source.options, source.text].joined(separator: "\n").utf8)
  }

  private static func header(_ origin: Data) -> Data {
    Data(magic.utf8) + withUnsafeBytes(of: UInt64(origin.count).littleEndian) { Data($0) } + origin
  }

  private static func checksum(_ data: Data) -> Data {
    withUnsafeBytes(of: hash(data).littleEndian) { Data($0) }
  }

  private static func hash(_ data: Data) -> UInt64 { data.withUnsafeBytes(\.fnv1a) }
}
