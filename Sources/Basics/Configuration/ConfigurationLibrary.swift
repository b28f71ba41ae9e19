import Foundation

/// The configuration files of one kind that ship with Drivetrain and are called by their names; any other is called by
/// its path.
public struct ConfigurationLibrary: Sendable {
  /// What such a file is called in messages, such as "pipeline".
  private let kind: String
  /// The folder's name, in the working directory, the executable's, or one above them.
  private let folder: String
  /// How a path ends; what ends otherwise and has no "/" is a name.
  private let suffixes: [String]

  public init(of kind: String, in folder: String, orFilesEndingIn suffixes: [String] = []) {
    self.kind = kind
    self.folder = folder
    self.suffixes = [".yaml"] + suffixes
  }

  /// The file that a name or a path stands for.
  public func path(of reference: String) throws(UnknownConfiguration) -> String {
    if reference.contains("/") || suffixes.contains(where: reference.hasSuffix) {
      guard FileManager.default.fileExists(atPath: reference) else {
        throw .fileNotFound(reference, kind: kind)
      }
      return reference
    }
    if let path = Installation.find("\(folder)/\(reference).yaml") { return path }
    throw .unknown(reference, kind: kind, available: names)
  }

  public var names: [String] {
    guard let path = Installation.find(folder),
      let files = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return [] }
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// Why a name or a path stands for no file.
public enum UnknownConfiguration: Error, Sendable, Equatable, CustomStringConvertible {
  case fileNotFound(String, kind: String)
  case unknown(String, kind: String, available: [String])

  public var description: String {
    switch self {
    case .fileNotFound(let path, let kind): "there is no \(kind) file \(path)"
    case .unknown(let name, let kind, let available):
      "there is no \(kind) '\(name)'; "
        + name.hint(
          among: available,
          otherwise:
            "there is \(available.isEmpty ? "none" : available.joined(separator: ", ")), or give a path to a file"
        )
    }
  }
}
